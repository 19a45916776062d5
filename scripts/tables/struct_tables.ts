/**
 * Tables of the offsets in structs.
 *
 * @module
 */

import { type CLayout, type Declarations, readDeclarations } from "../headers/declarations.ts";
import { architectureParts, type ByArchitecture, numberText } from "./architectures.ts";
import { LIBBPF_STRUCTS, LIBC_STRUCTS, type SelectedStruct, SYSTEM_STRUCTS } from "./selected_structs.ts";
import { kernelHeaders } from "./sources.ts";
import { type GeneratedFile, typescriptFile } from "./text.ts";

type Selection = Readonly<Record<string, SelectedStruct>>;
type Table = ReadonlyMap<string, number>;

/** All files of structs. @param declarations those of `NATIVE`. */
export async function structFiles(declarations: Declarations): Promise<GeneratedFile[]> {
  const x86_64 = await readDeclarations(kernelHeaders("x86_64"));
  const aarch64 = await readDeclarations(kernelHeaders("aarch64"));
  const libbpf = structTexts(await tablesOf(declarations, LIBBPF_STRUCTS));
  const system = [
    ...structTexts(await tablesOf(x86_64, SYSTEM_STRUCTS), await tablesOf(aarch64, SYSTEM_STRUCTS)),
    ...structTexts(await tablesOf(declarations, LIBC_STRUCTS)),
  ];
  const comment =
    "/** Offsets in bytes, by struct and field. `size` is the struct's, as far as the project uses it. */\n";
  return [
    typescriptFile("ffi/libbpf/struct_layouts.ts", "Structs of libbpf and of the calls around it.", [
      ...architectureParts(libbpf),
      `${comment}export const LAYOUT = {\n${libbpf.join("")}} as const;\n`,
    ]),
    typescriptFile("ffi/system/struct_layouts.ts", "Structs of system calls.", [
      ...architectureParts(system),
      `${comment}export const LAYOUT = {\n${system.join("")}} as const;\n`,
    ]),
  ];
}

/** The numbers of each struct: its fields' offsets, then its size. */
export async function tablesOf(declarations: Declarations, selection: Selection): Promise<ReadonlyMap<string, Table>> {
  const layouts = await declarations.layouts(Object.keys(selection));
  const macros = [...new Set(Object.values(selection).map(({ size }) => size))]
    .filter((size) => size !== "used" && size !== "whole");
  const values = await declarations.evaluate(macros);
  const sizes = new Map(macros.map((name, index) => [name, values[index] ?? 0]));
  return new Map(
    [...layouts].map(([name, layout]) => [name, tableOf(name, layout, selection[name] ?? NOTHING, sizes)]),
  );
}

const NOTHING: SelectedStruct = { fields: [], size: "whole" };

function tableOf(
  struct: string,
  layout: CLayout,
  { fields, renamed = {}, after = {}, size }: SelectedStruct,
  sizes: ReadonlyMap<string, number>,
): Table {
  const place = (field: string) => {
    const found = layout.fields.get(field);
    if (found === undefined) throw new Error(`Cannot find field ${field} of struct ${struct} in the headers`);
    return found;
  };
  const end = (field: string) => place(field).offset + place(field).size;
  const offsets = new Map(fields.map((field) => [renamed[field] ?? field, place(field).offset]));
  for (const [name, field] of Object.entries(after)) offsets.set(name, end(field));
  const used = Math.min(layout.size, Math.ceil(Math.max(0, ...fields.map(end)) / 8) * 8);
  return offsets.set("size", size === "used" ? used : size === "whole" ? layout.size : sizes.get(size) ?? 0);
}

/** A line for each struct. @param other the same structs on arm64, where they may differ. */
function structTexts(tables: ReadonlyMap<string, Table>, other = tables): string[] {
  return [...tables].map(([struct, table]) => {
    const fields = [...table].map(([field, x86_64]) => {
      const both: ByArchitecture = { x86_64, aarch64: other.get(struct)?.get(field) ?? x86_64 };
      return `${field}: ${numberText(both)}`;
    });
    return `  ${struct}: { ${fields.join(", ")} },\n`;
  });
}
