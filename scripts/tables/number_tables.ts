/**
 * Files of constants from the headers.
 *
 * @module
 */

import { evaluate, type Source } from "../headers/clang.ts";
import { type Declarations, readDeclarations } from "../headers/declarations.ts";
import { architectureParts, type ByArchitecture, numberText } from "./architectures.ts";
import {
  BPF_NUMBERS,
  HELPER_NUMBERS,
  LIBBPF_NUMBERS,
  LIBC_NUMBERS,
  LINUX_NUMBERS,
  type SelectedEnum,
  type SelectedNumbers,
} from "./selected_numbers.ts";
import { BPF, kernelHeaders, NATIVE } from "./sources.ts";
import { docComment, type GeneratedFile, typescriptFile } from "./text.ts";

/** All files of constants. */
export async function numberFiles(): Promise<GeneratedFile[]> {
  const enums = await readDeclarations(BPF);
  const bpf = await constants(BPF_NUMBERS.constants, [BPF, BPF], enums);
  const helpers = await constants(HELPER_NUMBERS.constants, [BPF, BPF], enums);
  const linux = await constants(LINUX_NUMBERS.constants, [kernelHeaders("x86_64"), kernelHeaders("aarch64")]);
  const libc = await constants(LIBC_NUMBERS, [NATIVE, NATIVE]);
  const libbpf = await constants(LIBBPF_NUMBERS.constants, [NATIVE, NATIVE]);
  return [
    typescriptFile(BPF_NUMBERS.path, BPF_NUMBERS.about, bpf),
    typescriptFile(HELPER_NUMBERS.path, HELPER_NUMBERS.about, helpers),
    typescriptFile(LINUX_NUMBERS.path, LINUX_NUMBERS.about, [...architectureParts(linux), ...linux, ...libc]),
    typescriptFile(LIBBPF_NUMBERS.path, LIBBPF_NUMBERS.about, libbpf),
  ];
}

/** The text of each constant. @param enums the declarations of the enums that are selected as a whole. */
async function constants(
  selected: readonly SelectedNumbers[],
  [x86_64, aarch64]: readonly [Source, Source],
  enums?: Declarations,
): Promise<string[]> {
  const expressions = selected.flatMap(({ values }) =>
    isEnum(values) ? [] : [values].flatMap((one) => typeof one === "string" ? [one] : Object.values(one))
  );
  const known = await numbers(expressions, x86_64, aarch64);
  const valueOf = (expression: string) => known.get(expression) ?? { x86_64: 0, aarch64: 0 };
  return selected.map(({ name, about, values, base, big }) => {
    const comment = docComment(about);
    const text = (value: ByArchitecture) => numberText(value, { base, big });
    if (typeof values === "string") return `${comment}export const ${name} = ${text(valueOf(values))};\n`;
    const entries = isEnum(values)
      ? enumEntries(enums, values).map(([key, value]) => [key, { x86_64: value, aarch64: value }] as const)
      : Object.entries(values).map(([key, expression]) => [key, valueOf(expression)] as const);
    const lines = entries.map(([key, value]) => `  ${key}: ${text(value)},\n`).join("");
    return `${comment}export const ${name} = {\n${lines}} as const;\n`;
  });
}

/** The values of expressions on both architectures. */
async function numbers(
  expressions: readonly string[],
  x86_64: Source,
  aarch64: Source,
): Promise<ReadonlyMap<string, ByArchitecture>> {
  const one = await evaluate(x86_64, expressions);
  const other = x86_64 === aarch64 ? one : await evaluate(aarch64, expressions);
  return new Map(
    expressions.map((expression, index) => [expression, { x86_64: one[index] ?? 0, aarch64: other[index] ?? 0 }]),
  );
}

/** The values of an enum: without its last entry `__MAX_...`, and with one name for each number. */
function enumEntries(enums: Declarations | undefined, { enum: tag, prefix }: SelectedEnum): [string, number][] {
  const all = (enums?.enumerators(tag) ?? []).filter(([name]) => name.startsWith(prefix));
  const current = all.filter(([name, value]) => !all.some(([other, same]) => same === value && isNewer(other, name)));
  return current.map(([name, value]) => [name.slice(prefix.length), value]);
}

/** True when `name` is the deprecated name of `other`: the header marks it by its end. */
function isNewer(other: string, name: string): boolean {
  return name === `${other}_DEPRECATED`;
}

function isEnum(values: SelectedNumbers["values"]): values is SelectedEnum {
  return typeof values === "object" && "enum" in values;
}
