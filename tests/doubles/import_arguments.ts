/**
 * Arguments for the imports of module `libbpf`, by the kinds of their parameters.
 *
 * @module
 */

import type { Shape } from "../../host/libbpf/shape.ts";

/** The things of a guest that arguments name. */
export interface ArgumentSources {
  /** Handles by the name of their struct: "bpf_map". */
  readonly handles: Readonly<Record<string, number>>;
  /** A descriptor for every `int` that may be one. */
  readonly fd: number;
  /** The address of a NUL-terminated string. */
  readonly text: number;
  /** The address of bytes that an import may overwrite. */
  readonly bytes: number;
  /** The address of a function in the guest's table. */
  readonly callback: number;
  /** The width of the guest's addresses. */
  readonly addressBits: 32 | 64;
}

/** Arguments that an import accepts, as far as their kinds say. */
export function rightArguments({ parameters }: Shape, sources: ArgumentSources): (number | bigint)[] {
  return parameters.map(([name, kind]) => typed(kind, rightValue(name, kind, sources), sources.addressBits));
}

/** A number as WebAssembly passes it for a parameter of this kind. */
export function typed(kind: string, value: number | bigint, addressBits: 32 | 64): number | bigint {
  const is32 = kind === "i32" || kind === "u32" || kind === "bool";
  const is64 = kind === "i64" || kind === "u64" || addressBits === 64;
  return is32 || !is64 ? Number(BigInt.asIntN(32, BigInt(value))) : BigInt.asIntN(64, BigInt(value));
}

function rightValue(name: string, kind: string, sources: ArgumentSources): number {
  switch (kind) {
    case "i32":
      return name.endsWith("fd") ? sources.fd : 1;
    case "bool":
    case "u32":
    case "i64":
    case "u64":
      return 0;
    case "size":
      return 4;
    case "string":
      return sources.text;
    case "in":
    case "out":
      return sources.bytes;
    case "function":
      return sources.callback;
  }
  // Structs of options may be NULL.
  return kind.endsWith("&") ? 0 : sources.handles[kind.slice(0, -1)] ?? 0;
}
