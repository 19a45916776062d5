/**
 * Calls of libbpf's functions by name, for guests that import them.
 *
 * @module
 */

import type { BpfError, Operation } from "../../../errors/mod.ts";
import type { PROTOTYPES } from "../prototypes.ts";
import type { NativeRef } from "./native_ref.ts";
import type { BpfProgram } from "./program.ts";

/** The name of a function of libbpf. */
export type FunctionName = keyof typeof PROTOTYPES;

/** A struct for libbpf that contains pointers. */
export interface NativeStruct {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Sets the pointer at `offset` to the address of `target`, which this struct keeps alive. */
  point(offset: number, target: Uint8Array<ArrayBuffer> | NativeRef): void;
  /** Sets the pointer at `offset` to an array of pointers to these. */
  pointToList(offset: number, targets: readonly Uint8Array<ArrayBuffer>[]): void;
}

/** An argument: numbers for integers and sizes, bytes for pointers, null for NULL. */
export type NativeArgument = number | bigint | boolean | Uint8Array<ArrayBuffer> | NativeStruct | NativeRef | null;

/** The result of a call: undefined for void and for NULL. A pointer to bytes has no result. */
export type NativeValue = number | bigint | boolean | string | NativeRef | undefined;

/** A value, and the error that came with it. */
export interface NativeOutcome {
  readonly value: NativeValue;
  /** The negative errno, if the result is negative or NULL; otherwise 0. After NULL without an error it is 0 too. */
  readonly errno: number;
}

/** The value of a struct_ops map. */
export interface StructOpsValue {
  /** Members that point to programs are 0. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Those programs, by the offset of the member. */
  readonly programs: ReadonlyMap<number, NativeRef>;
}

/** A message of libbpf. */
export interface LogMessage {
  /** 0 for a warning, 1 for information, 2 for debugging. */
  readonly level: number;
  /** The text with its line break. */
  readonly text: string;
}

/** Calls libbpf's functions by name. The caller has checked every argument. */
export interface LibbpfCalls {
  /**
   * Calls function `name`.
   *
   * @param owner the struct that a returned pointer is a part of. By default the pointer is a struct of its own, which the caller
   * revokes when it is freed.
   * @throws {BpfError} EOPNOTSUPP if this libbpf lacks the function.
   */
  call(name: FunctionName, args: readonly NativeArgument[], owner?: NativeRef): NativeOutcome;
  /** A copy of the bytes of a `struct btf`. */
  btfBytes(btf: NativeRef): Uint8Array<ArrayBuffer>;
  /** The instructions of a program, 8 bytes each. */
  instructionsOf(program: NativeRef): Uint8Array<ArrayBuffer>;
  /**
   * The value of a struct_ops map; undefined if this libbpf does not give it away (before 1.4).
   *
   * @param layout the size of the value, and the offsets of its members that point to programs.
   */
  structOpsValue(
    part: { readonly object: NativeRef; readonly map: NativeRef },
    layout: { readonly sizeBytes: number; readonly pointers: readonly number[] },
  ): StructOpsValue | undefined;
  /** Sets the value of a struct_ops map that is not loaded. @returns false if this libbpf does not give it away. */
  setStructOpsValue(map: NativeRef, value: StructOpsValue): boolean;
  /** Makes a reference unusable, because libbpf has freed its struct. */
  revoke(ref: NativeRef): void;
  /** Makes a struct from a copy of these bytes. */
  struct(bytes: Uint8Array<ArrayBuffer>): NativeStruct;
  /** The error of a refused call, with the log since {@link begin}. `program` is the subject of a hint. */
  error(operation: Operation, errno: number, program?: BpfProgram): BpfError;
  /** Forgets the log so far. */
  begin(): void;
  /** Gets every message that libbpf writes, of {@link logLevel} and below, when it is taken. */
  onMessages: ((messages: readonly LogMessage[]) => void) | undefined;
  /** The most detailed level of messages. */
  logLevel: number;
  /** Takes the messages since the last call, and gives them to {@link onMessages}. */
  takeMessages(): void;
}
