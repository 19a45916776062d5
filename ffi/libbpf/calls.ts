/**
 * Calls libbpf's functions by name, for guests that import them.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import type { NativeLibrary } from "../system/library.ts";
import { baseOf } from "../system/pointers.ts";
import type { SymbolTable } from "../system/symbol_table.ts";
import type {
  BpfProgram,
  FunctionName,
  LibbpfCalls,
  LogMessage,
  NativeArgument,
  NativeOutcome,
  NativeRef,
  NativeStruct,
  NativeValue,
  StructOpsValue,
} from "./interfaces/mod.ts";
import type { LibbpfLog } from "./log.ts";
import type { Native } from "./native.ts";
import { makeRef, partRef, pointerOf, revoke } from "./native_ref.ts";
import { readStructOpsValue, writeStructOpsValue } from "./struct_ops_value.ts";
import { BTF_SYMBOLS } from "./symbols/btf.ts";
import { prototypeOf } from "./prototype.ts";

type NativeParameter = NonNullable<Deno.NativeType>;
type Row = { readonly parameters: readonly NativeParameter[]; readonly result: Deno.NativeResultType };

/** A function of a symbol table whose row is known only at run time. */
type Callable = (args: readonly unknown[]) => unknown;

const INSTRUCTION_BYTES = 8;

/** {@link LibbpfCalls} on the real library. */
export class NativeCalls implements LibbpfCalls, Disposable {
  readonly #native: Native;
  readonly #library: NativeLibrary;
  readonly #log: LibbpfLog;
  readonly #tables: SymbolTable<Deno.ForeignLibraryInterface>[] = [];
  #btf: SymbolTable<typeof BTF_SYMBOLS> | undefined;
  readonly #functions = new Map<FunctionName, Callable>();

  constructor(native: Native, library: NativeLibrary, log: LibbpfLog) {
    this.#native = native;
    this.#library = library;
    this.#log = log;
  }

  call(name: FunctionName, args: readonly NativeArgument[], owner?: NativeRef): NativeOutcome {
    const call = this.#functionOf(name);
    const result = call(args.map(nativeArgument));
    const kind = prototypeOf(name).result;
    if (typeof result === "object" || result === undefined) return this.#pointer(kind, result, owner);
    const value = scalar(result);
    const isError = kind === "i32" && typeof value === "number" && value < 0;
    return { value, errno: isError ? value : 0 };
  }

  btfBytes(btf: NativeRef): Uint8Array<ArrayBuffer> {
    if (this.#btf === undefined) this.#tables.push(this.#btf = this.#library.open(BTF_SYMBOLS));
    const size = new Uint32Array(1);
    const bytes = this.#btf.symbols.btf__raw_data(pointerOf(btf), new Uint8Array(size.buffer));
    if (bytes === null) {
      throw new BpfError({ operation: "read", kind: "object", words: "BTF" }, this.#native.lastError());
    }
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(bytes, size[0] ?? 0)).slice();
  }

  instructionsOf(program: NativeRef): Uint8Array<ArrayBuffer> {
    const count = Number(this.call("bpf_program__insn_cnt", [program]).value);
    const pointer = this.#functionOf("bpf_program__insns")([pointerOf(program)]);
    if (!isPointer(pointer)) return new Uint8Array();
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, count * INSTRUCTION_BYTES)).slice();
  }

  structOpsValue(
    part: { object: NativeRef; map: NativeRef },
    layout: { sizeBytes: number; pointers: readonly number[] },
  ): StructOpsValue | undefined {
    return readStructOpsValue(this.#native, part, layout);
  }

  setStructOpsValue(map: NativeRef, value: StructOpsValue): boolean {
    return writeStructOpsValue(this.#native, map, value);
  }

  revoke(ref: NativeRef): void {
    revoke(ref);
  }

  struct(bytes: Uint8Array<ArrayBuffer>): NativeStruct {
    return new PointingStruct(bytes.slice());
  }

  error(operation: Operation, errno: number, program?: BpfProgram): BpfError {
    return this.#native.check.error(operation, errno, () => ({
      action: "attach",
      programs: program === undefined ? [] : [program],
    }));
  }

  begin(): void {
    this.#native.check.begin();
  }

  get onMessages(): ((messages: readonly LogMessage[]) => void) | undefined {
    return this.#log.onMessages;
  }

  set onMessages(listener: ((messages: readonly LogMessage[]) => void) | undefined) {
    this.#log.onMessages = listener;
  }

  get logLevel(): number {
    return this.#log.level;
  }

  set logLevel(level: number) {
    this.#log.level = level;
  }

  takeMessages(): void {
    this.#log.take();
  }

  #pointer(kind: string, pointer: unknown, owner: NativeRef | undefined): NativeOutcome {
    if (kind === "void") return { value: undefined, errno: 0 };
    // NULL without an error leaves errno as it was, so it was cleared before: see #open().
    if (!isPointer(pointer)) return { value: undefined, errno: this.#native.lastError() };
    if (kind === "string") return { value: this.#native.text(pointer), errno: 0 };
    if (!kind.endsWith("*")) return { value: undefined, errno: 0 };
    const struct = kind.slice(0, -1);
    return { value: owner === undefined ? makeRef(struct, pointer) : partRef(owner, struct, pointer), errno: 0 };
  }

  #functionOf(name: FunctionName): Callable {
    return this.#functions.get(name) ?? this.#open(name);
  }

  #open(name: FunctionName): Callable {
    const row = rowOf(name);
    const table = this.#library.open({ [name]: { ...row, optional: true } });
    this.#tables.push(table);
    const call: Callable = (args) => {
      // The table replaces a function that is called often by a faster one.
      const found: unknown = Reflect.get(table.symbols, name);
      if (typeof found !== "function") throw this.#lack(name);
      return Reflect.apply(found, undefined, args);
    };
    this.#functions.set(name, call);
    return call;
  }

  #lack(name: FunctionName): BpfError {
    const reason = `this libbpf lacks it: ${this.#native.libraryName}`;
    return new BpfError({ operation: "call", kind: "library", words: `${name}()` }, LINUX_ERRNO.EOPNOTSUPP, { reason });
  }

  [Symbol.dispose](): void {
    for (const table of this.#tables) table.close();
  }
}

/** The row of a function for `Deno.dlopen`. */
function rowOf(name: FunctionName): Row {
  const { result, parameters } = prototypeOf(name);
  return { parameters: Object.values(parameters).map(nativeType), result: resultType(result) };
}

/** The native type of a parameter's kind. */
function nativeType(kind: string): NativeParameter {
  switch (kind) {
    case "bool":
    case "i32":
    case "u32":
    case "i64":
    case "u64":
      return kind;
    case "size":
      return "u64";
    case "function":
      return "pointer";
    default:
      return kind.endsWith("*") ? "pointer" : "buffer";
  }
}

function resultType(kind: string): Deno.NativeResultType {
  if (kind === "void") return "void";
  const type = nativeType(kind);
  return type === "buffer" ? "pointer" : type;
}

function nativeArgument(argument: NativeArgument): unknown {
  if (typeof argument !== "object" || argument === null || argument instanceof Uint8Array) return argument;
  if (argument instanceof PointingStruct) return argument.bytes;
  return "struct" in argument ? pointerOf(argument) : null;
}

function scalar(value: unknown): NativeValue {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return value;
  throw new TypeError(`Cannot use a native result of type ${typeof value}`);
}

/** Deno's pointers are objects without properties and without a prototype. */
function isPointer(value: unknown): value is Deno.PointerObject {
  return typeof value === "object" && value !== null;
}

class PointingStruct implements NativeStruct {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #targets: unknown[] = [];

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  point(offset: number, target: Uint8Array<ArrayBuffer> | NativeRef): void {
    this.#targets.push(target);
    const address = !("struct" in target)
      ? BigInt(target.length === 0 ? 0 : baseOf(target))
      : Deno.UnsafePointer.value(pointerOf(target));
    this.#view.setBigUint64(offset, address, true);
  }

  pointToList(offset: number, targets: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#targets.push(...targets);
    const list = BigUint64Array.from(targets, (target) => BigInt(baseOf(target)));
    this.point(offset, new Uint8Array(list.buffer));
  }
}
