/**
 * The operation that an error is about: a verb, a kind of thing, its name, and a target.
 *
 * @module
 */

import { printable } from "./printable.ts";

/**
 * The kind of thing that an operation is about.
 *
 * @example
 * ```ts
 * import type { BpfError, OperationKind } from "@wasm-bpf/wasm-bpf";
 *
 * const isAbout = (error: BpfError, ...kinds: OperationKind[]) => kinds.includes(error.kind);
 * ```
 */
export type OperationKind =
  | "binary"
  | "buffer"
  | "cgroup"
  | "directory"
  | "file"
  | "guest"
  | "interface"
  | "library"
  | "link"
  | "map"
  | "namespace"
  | "object"
  | "process"
  | "program"
  | "system";

/**
 * An operation that can fail: `{ operation: "attach", kind: "program", subject: "on_exec", target: "xdp of lo" }`.
 *
 * Callers decide by these fields. The message of a `BpfError` has the text for people.
 *
 * @example
 * ```ts
 * import { BpfError, openLibbpf, type Operation } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * try {
 *   libbpf.openCgroup("/no/such/cgroup");
 * } catch (error) {
 *   if (!(error instanceof BpfError)) throw error;
 *   const { kind, subject }: Operation = error;
 *   console.log(kind, subject, error.code);
 * }
 * ```
 */
export interface Operation {
  /** The verb: "open", "load", "attach", "read". */
  readonly operation: string;
  /** The kind of thing that it is about. */
  readonly kind: OperationKind;
  /** The name or path of the thing; undefined for a thing without a name. */
  readonly subject?: string | undefined;
  /** The target of an attachment: "xdp of lo". */
  readonly target?: string | undefined;
  /** The words after the verb, when kind and name do not suffice: "a buffer on map \"events\"". */
  readonly words?: string | undefined;
}

/** `Cannot attach program "on_exec" to xdp of lo`. Escapes hidden characters, since names may come from files and guests. */
export function describeOperation(what: Operation): string {
  return printable(`Cannot ${what.operation} ${what.words ?? nounOf(what)}${what.target ? ` to ${what.target}` : ""}`);
}

/** The operation of opening the object of this name. */
export function openOperation(objectName: string): Operation {
  return { operation: "open", kind: "object", subject: objectName };
}

/** Kinds that messages describe more fully. */
const NOUNS: Partial<Readonly<Record<OperationKind, string>>> = {
  interface: "network interface",
  namespace: "network namespace",
};

function nounOf({ kind, subject }: Operation): string {
  const noun = NOUNS[kind] ?? kind;
  if (subject === undefined) return noun;
  return kind === "file" ? `"${subject}"` : `${noun} "${subject}"`;
}
