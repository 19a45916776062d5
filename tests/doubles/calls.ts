/**
 * libbpf's functions by name, in plain TypeScript. Every call succeeds, unless a test gives it another outcome.
 *
 * @module
 */

import { BpfError, type Operation } from "../../errors/mod.ts";
import { PROTOTYPES } from "../../ffi/libbpf/prototypes.ts";
import type {
  FunctionName,
  LibbpfCalls,
  LogMessage,
  NativeArgument,
  NativeOutcome,
  NativeRef,
  NativeStruct,
  StructOpsValue,
} from "../../ffi/mod.ts";

/** A call that was made. */
export interface MadeCall {
  readonly name: FunctionName;
  readonly args: readonly NativeArgument[];
}

/** See the module's documentation. */
export class FakeCalls implements LibbpfCalls {
  /** The calls in order. */
  readonly made: MadeCall[] = [];
  /** Outcomes in place of success, by function. */
  readonly outcomes = new Map<FunctionName, NativeOutcome>();
  /** The messages that the next {@link takeMessages} gives. */
  readonly messages: LogMessage[] = [];
  readonly revoked: NativeRef[] = [];
  onMessages: ((messages: readonly LogMessage[]) => void) | undefined;
  logLevel = 1;
  readonly #parts = new Map<string, NativeRef>();

  call(name: FunctionName, args: readonly NativeArgument[], owner?: NativeRef): NativeOutcome {
    this.made.push({ name, args });
    return this.outcomes.get(name) ?? { value: this.#value(name, owner), errno: 0 };
  }

  btfBytes(): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode("types");
  }

  instructionsOf(program: NativeRef): Uint8Array<ArrayBuffer> {
    this.made.push({ name: "bpf_program__insns", args: [program] });
    return new Uint8Array(16);
  }

  structOpsValue(): StructOpsValue | undefined {
    return undefined;
  }

  setStructOpsValue(): boolean {
    return false;
  }

  revoke(ref: NativeRef): void {
    this.revoked.push(ref);
  }

  struct(bytes: Uint8Array<ArrayBuffer>): NativeStruct {
    return { bytes, point: () => {}, pointToList: () => {} };
  }

  error(operation: Operation, errno: number): BpfError {
    return new BpfError(operation, errno);
  }

  begin(): void {}

  takeMessages(): void {
    const messages = this.messages.splice(0);
    if (messages.length > 0) this.onMessages?.(messages);
  }

  /** A value of the kind of the function's result. An object has one part of each kind, and an inner map. */
  #value(name: FunctionName, owner: NativeRef | undefined): NativeOutcome["value"] {
    const kind: string = PROTOTYPES[name].result;
    if (kind === "void") return undefined;
    if (kind === "string") return "text";
    if (kind === "bool") return true;
    if (kind === "u64" || kind === "i64" || kind === "size") return 0n;
    if (!kind.endsWith("*")) return 0;
    const struct = kind.slice(0, -1);
    if (owner === undefined) return { struct };
    const key = name === "bpf_map__inner_map" ? name : struct;
    const part = this.#parts.get(key) ?? { struct };
    this.#parts.set(key, part);
    return part;
  }
}
