/**
 * The prototypes of libbpf's functions, by the kinds of their parameters, for the import module `libbpf`.
 *
 * @module
 */

import type { CType } from "../headers/c_types.ts";
import { type CFunction, type Declarations, readDeclarations } from "../headers/declarations.ts";
import { GUEST_CALLS, LIBBPF_SOURCE } from "./sources.ts";
import { versionsOf } from "./symbol_rows.ts";
import { docComment, type GeneratedFile, typescriptFile } from "./text.ts";

/** The prefix of the functions in `guest_calls.h`. */
const PREFIX = "import_";

/** libbpf's own portable files, which guests contain: btf.c, btf_dump.c and others. */
const GUEST_SIDE = ["btf__", "btf_dump__", "btf_ext__", "bpf_linker__"];

/** A function of libbpf, or an import that differs from it. */
export interface Prototype {
  readonly name: string;
  readonly declared: CFunction;
  readonly result: string;
  readonly parameters: readonly (readonly [name: string, kind: string])[];
}

/** The prototypes of libbpf and of the imports that differ. @param calls the declarations of {@link GUEST_CALLS}. */
export async function prototypesOf(calls: Declarations): Promise<{ libbpf: Prototype[]; imports: Prototype[] }> {
  const exported = versionsOf(await Deno.readTextFile(new URL("libbpf.map", LIBBPF_SOURCE))).keys();
  const declared = new Set(calls.functionNames());
  const names = [...exported].filter((name) =>
    declared.has(name) && !GUEST_SIDE.some((prefix) => name.startsWith(prefix))
  );
  const imports = [...declared].filter((name) => name.startsWith(PREFIX));
  return {
    libbpf: names.sort().map((name) => prototype(calls, name, name)),
    imports: imports.map((name) => prototype(calls, name, name.slice(PREFIX.length))),
  };
}

/** The files of prototypes and of the structs in them. */
export async function prototypeFiles(): Promise<GeneratedFile[]> {
  const calls = await readDeclarations(GUEST_CALLS);
  const { libbpf, imports } = await prototypesOf(calls);
  return [
    await structFile(calls, libbpf),
    tableFile("ffi/libbpf/prototypes.ts", "PROTOTYPES", {
      about: "The functions of libbpf, by the kinds of their parameters and results.",
      prototypes: libbpf,
    }),
    tableFile("host/libbpf/import_prototypes.ts", "IMPORT_PROTOTYPES", {
      about: "The imports that differ from libbpf's functions (`scripts/tables/guest_calls.h`).",
      prototypes: imports,
    }),
  ];
}

/** Structs that no function of the host takes as options. */
const NO_OPTIONS = ["bpf_insn", "perf_event_attr", "bpf_object_skeleton", "bpf_object_subskeleton", "bpf_line_info"];

/** The table of the fields of structs that functions take. */
async function structFile(calls: Declarations, prototypes: readonly Prototype[]): Promise<GeneratedFile> {
  const kinds = prototypes.flatMap(({ parameters }) => parameters.map(([, kind]) => kind));
  const names = [...new Set(kinds.filter((kind) => kind.endsWith("&")).map((kind) => kind.slice(0, -1)))]
    .filter((name) => !NO_OPTIONS.includes(name)).sort();
  const fields = names.map((name) => nestedFields(calls, name));
  // clang runs once for all of them.
  const values = await calls.evaluate(names.flatMap((name, index) => [
    `sizeof(struct ${name})`,
    ...(fields[index] ?? []).flatMap((field) => [
      `__builtin_offsetof(struct ${name}, ${field})`,
      `sizeof(((struct ${name} *)0)->${field})`,
    ]),
  ]));
  const next = values.values();
  const take = () => next.next().value ?? 0;
  const rows = names.map((name, index) => {
    const size = take();
    const list = (fields[index] ?? []).map((field) => `"${field}": [${take()}, ${take()}]`);
    return `  ${name}: { size: ${size}, fields: { ${list.join(", ")} } },\n`;
  });
  return typescriptFile("host/libbpf/struct_fields.ts", "The structs that functions of libbpf take.", [
    `/** The size of each struct, and the offset and size of its fields in bytes. */\nexport const FIELDS = {\n${
      rows.join("")
    }} as const;\n`,
  ]);
}

/** The names of a struct's fields. Fields of a struct inside have names such as "tcx.relative_fd". */
function nestedFields(calls: Declarations, struct: string): string[] {
  return calls.nestedFields(struct).filter(({ isBitField }) => !isBitField).map(({ name }) => name);
}

function tableFile(
  path: string,
  name: string,
  { about, prototypes }: { about: string; prototypes: readonly Prototype[] },
): GeneratedFile {
  const rows = prototypes.map(({ name, result, parameters }) => {
    const list = parameters.map(([parameter, kind]) => `${parameter}: "${kind}"`).join(", ");
    return `  ${name}: { result: "${result}", parameters: { ${list} } },\n`;
  });
  const comment = docComment(
    'The kinds: "size" is as wide as a pointer, "bpf_map*" is a handle, "bpf_map_batch_opts&" a struct, "in" constant bytes, "out" ' +
      "other bytes.",
  );
  return typescriptFile(path, about, [`${comment}export const ${name} = {\n${rows.join("")}} as const;\n`]);
}

function prototype(declarations: Declarations, from: string, name: string): Prototype {
  const declared = declarations.function(from);
  return {
    name,
    declared,
    result: kindOf(declarations, declared.result),
    parameters: declared.parameters.map((one) => [one.name, kindOf(declarations, one.type)]),
  };
}

/** The kind of a type. */
function kindOf(declarations: Declarations, type: CType): string {
  switch (type.kind) {
    case "void":
    case "bool":
      return type.kind;
    case "enum":
      return "i32";
    case "integer":
      return isWide(declarations, type.spelling) ? "size" : `${type.signed ? "i" : "u"}${type.bits === 64 ? 64 : 32}`;
    case "pointer":
      return pointerKind(declarations, type);
    default:
      throw new Error(`Cannot pass ${type.spelling} to a guest`);
  }
}

function pointerKind(declarations: Declarations, { to, toConst }: Extract<CType, { kind: "pointer" }>): string {
  if (to.kind === "struct") return `${to.name}${declarations.isComplete(to.name) ? "&" : "*"}`;
  if (to.kind === "function") return "function";
  if (to.spelling === "char" && toConst) return "string";
  return toConst ? "in" : "out";
}

/** True for `size_t`, `long` and `unsigned long`: they have the width of a pointer. `__u64` and `long long` have 64 bits everywhere. */
function isWide(declarations: Declarations, spelling: string): boolean {
  let name = spelling;
  for (;;) {
    if (name === "long" || name === "unsigned long") return true;
    const target = declarations.typedef(name);
    if (target === undefined) return false;
    name = target;
  }
}
