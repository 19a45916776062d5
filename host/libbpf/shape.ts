/**
 * The shapes of imports: their parameters and their types in WebAssembly, from the prototypes.
 *
 * @module
 */

import { PROTOTYPES } from "../../ffi/libbpf/prototypes.ts";
import type { FunctionName } from "../../ffi/mod.ts";
import { IMPORT_PROTOTYPES } from "./import_prototypes.ts";

/** The parameters of an import by name, with their kinds, and the kind of its result. See `prototypes.ts` for the kinds. */
export interface Shape {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, kind: string])[];
  readonly result: string;
}

/** An import that differs from libbpf's function. */
export type ImportName = keyof typeof IMPORT_PROTOTYPES;

/** The shape of an import. A function that returns a string has two more parameters. */
export function shapeOf(name: string): Shape {
  if (isImportName(name)) return { name, ...listed(IMPORT_PROTOTYPES[name]) };
  if (!isFunctionName(name)) throw new TypeError(`Cannot find the prototype of ${name}: unknown`);
  const shape = listed(PROTOTYPES[name]);
  if (shape.result !== "string") return { name, ...shape };
  return { name, result: "i32", parameters: [...shape.parameters, ["buf", "out"], ["size", "size"]] };
}

/** The type of an import in WebAssembly: "(ptr, i32) -> ptr". */
export function typeOf({ parameters, result }: Shape): string {
  const list = parameters.map(([, kind]) => valueType(kind)).join(", ");
  return `(${list})${result === "void" ? "" : ` -> ${valueType(result)}`}`;
}

/** The type of a kind in WebAssembly; "ptr" has the width of the guest's addresses. */
export function valueType(kind: string): string {
  switch (kind) {
    case "bool":
    case "i32":
    case "u32":
      return "i32";
    case "i64":
    case "u64":
      return "i64";
    default:
      return "ptr";
  }
}

/** True for a function of libbpf. */
export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(PROTOTYPES, name);
}

function isImportName(name: string): name is ImportName {
  return Object.hasOwn(IMPORT_PROTOTYPES, name);
}

function listed({ parameters, result }: { parameters: Readonly<Record<string, string>>; result: string }) {
  return { parameters: Object.entries(parameters), result };
}
