/**
 * Rows of symbol tables from prototypes.
 *
 * @module
 */

import type { CType } from "../headers/c_types.ts";
import type { CFunction, Declarations } from "../headers/declarations.ts";
import type { Choices, SelectedTable } from "./selected_symbols.ts";

/** A row as `Deno.dlopen` takes it, with its C prototype. */
export interface SymbolRow {
  readonly name: string;
  readonly prototype: string;
  readonly parameters: readonly string[];
  readonly result: string;
  /** True when the oldest libbpf that can be used lacks the function. */
  readonly optional: boolean;
}

/** The oldest libbpf that can be used (`ffi/system/library.ts`): Debian 12's. */
const OLDEST_MINOR = 1;

/** The rows of a table. @param since the minor version of libbpf 1 that added each function; see {@link versionsOf}. */
export function symbolRows(
  declarations: Declarations,
  { functions, memory }: SelectedTable,
  since: ReadonlyMap<string, number>,
): SymbolRow[] {
  return Object.entries(functions).map(([name, choices]) => {
    const declared = declarations.function(name);
    return {
      name,
      prototype: prototypeOf(declared),
      parameters: parameterTypes(declared, choices, (type) => {
        if (type.kind !== "pointer") return scalar(type);
        if (type.to.kind === "struct") return declarations.isComplete(type.to.name) ? "buffer" : "pointer";
        return type.to.kind === "function" || type.to.kind === "other" ? "pointer" : memory ?? "buffer";
      }),
      result: declared.result.kind === "pointer" ? "pointer" : scalar(declared.result),
      optional: (since.get(name) ?? 0) > OLDEST_MINOR,
    };
  });
}

/** The rows of system calls, without the number that comes before their own parameters. */
export function systemCallRows(
  declarations: Declarations,
  selected: Readonly<Record<string, Choices>>,
): SymbolRow[] {
  const names = declarations.functionNames();
  return Object.entries(selected).map(([name, choices]) => {
    const raw = `sys_${name}`;
    const declared = { ...declarations.function(names.includes(raw) ? raw : name), name };
    return {
      name,
      prototype: prototypeOf(declared),
      parameters: parameterTypes(declared, choices, narrow),
      // An address and an offset have 64 bits. Any other result is a count below 2^31, a descriptor or an error.
      result: declared.result.kind === "pointer" || isOffset(declared.result) ? "i64" : "i32",
      optional: false,
    };
  });
}

/**
 * The minor version of libbpf 1 that added each exported function, from libbpf's version script:
 *
 *     LIBBPF_1.3.0 {
 *             global:
 *                     bpf_program__attach_netkit;
 *     } LIBBPF_1.2.0;
 */
export function versionsOf(versionScript: string): ReadonlyMap<string, number> {
  const since = new Map<string, number>();
  let minor = 0;
  for (const line of versionScript.split("\n").map((line) => line.trim())) {
    if (line.startsWith("LIBBPF_")) {
      const [major, second] = line.slice("LIBBPF_".length).split(".");
      minor = major === "0" ? 0 : Number(second);
    } else if (line.endsWith(";") && !line.startsWith("}") && line !== "*;") since.set(line.slice(0, -1), minor);
  }
  return since;
}

/** The prototype as C writes it. */
function prototypeOf({ name, result, parameters }: CFunction): string {
  const list = parameters.map((parameter) => declarator(parameter.type, parameter.name)).join(", ");
  return `${declarator(result, name)}(${list === "" ? "void" : list})`;
}

function declarator({ spelling }: CType, name: string): string {
  return `${spelling}${spelling.endsWith("*") ? "" : " "}${name}`;
}

function parameterTypes(declared: CFunction, choices: Choices, suggest: (type: CType) => string): string[] {
  if (declared.isVariadic) throw new Error(`Cannot call ${declared.name}(): it is variadic`);
  const unknown = Object.keys(choices).filter((name) => !declared.parameters.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`${prototypeOf(declared)} has no parameter ${unknown.join(" or ")}`);
  return declared.parameters.map(({ name, type }) => {
    const choice = choices[name];
    if (choice !== undefined && type.kind !== "pointer" && scalar(type).replace("i64", "u64") !== choice) {
      throw new Error(`${prototypeOf(declared)}: ${name} cannot be ${choice}`);
    }
    return choice ?? suggest(type);
  });
}

/** The native type of a value that is not a pointer. */
function scalar(type: CType): string {
  if (type.kind === "void" || type.kind === "bool") return type.kind;
  if (type.kind === "enum") return "i32";
  if (type.kind === "integer") return `${type.signed ? "i" : "u"}${type.bits}`;
  throw new Error(`Cannot pass ${type.spelling} to a native function`);
}

/** The type of a system call's parameter: see `SELECTED_SYSTEM_CALLS`. */
function narrow(type: CType): string {
  if (type.kind === "pointer") return "buffer";
  const native = scalar(type);
  return native === "u64" ? "u32" : native;
}

function isOffset({ spelling }: CType): boolean {
  return spelling.endsWith("off_t");
}
