/**
 * Arguments for the imports of module `libbpf`, by the kinds of their parameters.
 *
 * @module
 */

import type { DescriptorKind } from "../../host/core/descriptors.ts";
import type { ParameterRule } from "../../host/libbpf/line.ts";
import type { Shape } from "../../host/libbpf/shape.ts";

/** The things of a guest that arguments name. */
export interface ArgumentSources {
  /** Handles by the name of their struct: "bpf_map". */
  readonly handles: Readonly<Record<string, number>>;
  /** Descriptors by kind. */
  readonly fds: { readonly [K in DescriptorKind]?: number | undefined };
  /** The address of a NUL-terminated string. */
  readonly text: number;
  /** The address of a struct of options without any. */
  readonly options: number;
  /** The address of bytes that an import may overwrite. */
  readonly bytes: number;
  /** The address of a function in the guest's table. */
  readonly callback: number;
  /** The width of the guest's addresses. */
  readonly addressBits: 32 | 64;
}

/** Arguments that an import accepts, as far as their kinds say. */
export function rightArguments(
  { parameters }: Shape,
  rules: Readonly<Record<string, ParameterRule | undefined>>,
  sources: ArgumentSources,
): (number | bigint)[] {
  return parameters.map(([name, kind]) => {
    return typed(kind, rightValue(name, kind, { rule: rules[name], sources }), sources.addressBits);
  });
}

/** A number as WebAssembly passes it for a parameter of this kind. */
export function typed(kind: string, value: number | bigint, addressBits: 32 | 64): number | bigint {
  const is32 = kind === "i32" || kind === "u32" || kind === "bool";
  const is64 = kind === "i64" || kind === "u64" || addressBits === 64;
  return is32 || !is64 ? Number(BigInt.asIntN(32, BigInt(value))) : BigInt.asIntN(64, BigInt(value));
}

function rightValue(
  name: string,
  kind: string,
  { rule, sources }: { rule: ParameterRule | undefined; sources: ArgumentSources },
): number {
  if (rule?.is === "descriptor") return sources.fds[rule.kinds[0] ?? "map"] ?? 0;
  switch (kind) {
    case "i32":
      return numberOf(name, sources);
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
  return kind.endsWith("&") ? sources.options : sources.handles[kind.slice(0, -1)] ?? 0;
}

/** An `int` without a rule. Many are descriptors, as their names say. */
function numberOf(name: string, { fds }: ArgumentSources): number {
  switch (name) {
    case "prog_fd":
      return fds.program ?? 0;
    case "target_fd":
    case "attachable_fd":
      return fds.file ?? 0;
    case "link_fd":
      return fds.link ?? 0;
    case "btf_fd":
      return fds.btf ?? 0;
    case "pfd":
      return fds.perf_event ?? 0;
    default:
      return name.endsWith("fd") ? fds.map ?? 0 : 1;
  }
}
