/**
 * The imports of a guest without WebAssembly code: tests call them like a hostile guest, and can read the memory.
 *
 * @module
 */

import type { BpfError } from "../../errors/mod.ts";
import type { Libbpf } from "../../ffi/mod.ts";
import { Files } from "../../ffi/system/files.ts";
import { GuestContext } from "../../host/core/context.ts";
import type { BufferOpener, OpenBuffer } from "../../host/core/event_buffers.ts";
import { NEGATIVE_LINUX } from "../../host/core/guard.ts";
import {
  findImport,
  type ImportFunction,
  type ImportModule,
  type ImportTable,
  makeImports,
} from "../../host/core/imports.ts";
import type { AddressBits } from "../../host/core/memory.ts";
import type { ObjectGrants } from "../../host/core/object_requests.ts";
import type { SharedMemoryMode } from "../../host/core/shared_memory.ts";
import type { PolicyLimits } from "../../host/core/policy/guest_policy.ts";
import type { Policy } from "../../host/core/requests.ts";
import { bufferOpener, EventBuffer } from "../../host/pump/mod.ts";
import { Wasi } from "../../host/wasi/mod.ts";
import { mapOperateFor } from "../../host/wasm_bpf/direct_map_calls.ts";
import { MAP_OPERATE, MAP_OPERATE_I64 } from "../../host/wasm_bpf/import_types.ts";
import { mapOperate } from "../../host/wasm_bpf/map_operate.ts";
import { WASM_BPF_FUNCTIONS } from "../../host/wasm_bpf/mod.ts";
import { EM_BPF, SECTION_TYPE } from "../../object/elf/elf.ts";
import type { FunctionType } from "../../wasm/types.ts";
import { FakeLibbpf, type FakeObjectDefinition } from "./libbpf.ts";
import { makeMemory } from "./memory.ts";
import { FakeSystem } from "./system.ts";

/** Bytes of the fake guest's memory at first. */
export const MEMORY_BYTES = 65536;

/** The address of the object that {@link FakeGuest.load} loads. */
export const OBJECT_AT = 0xf000;

/** An empty object. The {@link FakeLibbpf} provides its programs and maps. */
export const EMPTY_OBJECT = emptyObject();

function emptyObject(): Uint8Array {
  const bytes = new Uint8Array(64 + 2 * 64 + 1);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  // A relocatable file for BPF. Two section headers follow the ELF header; the second is the string table, a single NUL.
  for (const [at, value] of [[0x10, 1], [0x12, EM_BPF], [0x28, 64], [0x3a, 64], [0x3c, 2], [0x3e, 1]] as const) {
    view.setUint16(at, value, true);
  }
  for (const [at, value] of [[0x84, SECTION_TYPE.STRTAB], [0x98, bytes.length - 1], [0xa0, 1]] as const) {
    view.setUint32(at, value, true);
  }
  return bytes;
}

/** A guest with one page of memory, on a {@link FakeLibbpf} and a {@link FakeSystem}. */
export class FakeGuest implements Disposable {
  readonly libbpf: FakeLibbpf;
  readonly system: FakeSystem;
  readonly memory: WebAssembly.Memory;
  readonly context: GuestContext;
  readonly imports: Readonly<Record<string, ImportFunction>>;
  /** The reported problems, as the command line would print them. */
  readonly problems: string[] = [];
  readonly #stack = new DisposableStack();

  /**
   * @param options.addressBits the width of its addresses; 32 by default.
   * @param options.directory the guest's descriptor 3.
   * @param options.mapCalls the type with which it declares `wasm_bpf_map_operate`; "any" keeps its calls in JavaScript.
   * @param options.table its table; none by default.
   * @param options.openBuffer opens its buffers of version 1; by default real ones.
   * @param options.buffers opens those of version 2; by default real ones.
   * @param options.wrapLibbpf makes the libbpf that it gets from the fake one.
   * @param options.worthIt the number of calls through JavaScript before they are direct; 0 by default.
   */
  constructor(
    definition: FakeObjectDefinition = {},
    options: {
      addressBits?: AddressBits;
      possibleCpus?: number;
      isPatched?: boolean;
      directory?: string;
      mapCalls?: "i32" | "i64" | "any";
      worthIt?: number;
      grants?: Partial<ObjectGrants>;
      policy?: Policy;
      maxLinks?: number;
      limits?: PolicyLimits;
      sharedMemory?: SharedMemoryMode;
      table?: WebAssembly.Table;
      openBuffer?: OpenBuffer;
      buffers?: BufferOpener;
      wrapLibbpf?: (libbpf: Libbpf) => Libbpf;
    } = {},
  ) {
    const { directory, addressBits = 32 } = options;
    this.memory = makeMemory({ pages: 1, addressBits });
    this.libbpf = this.#stack.use(new FakeLibbpf(definition, options));
    this.libbpf.memory = this.memory;
    this.system = this.#stack.use(new FakeSystem());
    const files = new Files(this.system.calls);
    const preopens = directory === undefined ? [] : [{ hostPath: directory, guestPath: "/", readOnly: true }];
    const report = (problem: BpfError | string) =>
      this.problems.push(typeof problem === "string" ? problem : problem.message);
    this.context = this.#stack.use(
      new GuestContext({
        libbpf: options.wrapLibbpf?.(this.libbpf) ?? this.libbpf,
        system: this.system,
        addressBits,
        openBuffer: options.openBuffer ?? ((map, receiver) => EventBuffer.open(this.system.calls, map, receiver)),
        buffers: options.buffers ?? bufferOpener(this.system.calls),
        grants: { objectName: "guest", ...options.grants },
        limits: { links: options.maxLinks, ...options.limits },
        sharedMemory: options.sharedMemory,
        policy: options.policy,
        diagnostics: { report, lost: () => {} },
      }),
    );
    this.#stack.use(new Wasi(this.context, files, { args: ["guest"], env: {}, preopens }));
    this.context.bind({
      memory: this.memory,
      table: options.table,
      callback: undefined,
      callbackName: "go-callback",
    });
    const { mapCalls = "i32", worthIt = 0 } = options;
    const inJavaScript = makeAll(WASM_BPF_FUNCTIONS, this.context);
    const types = mapCalls === "any" ? [] : [plainType(mapCalls === "i64" ? MAP_OPERATE_I64 : MAP_OPERATE)];
    const guarded = this.context.guard.wrap(mapOperate(this.context), { errors: NEGATIVE_LINUX, syncs: true });
    this.imports = {
      ...inJavaScript,
      wasm_bpf_map_operate: mapOperateFor(types, this.context, guarded, worthIt),
    };
  }

  /** Calls an import. */
  call(name: string, ...parameters: (number | bigint)[]): number | bigint | void {
    const call = this.imports[name];
    if (call === undefined) throw new TypeError(`Cannot call ${name}: no such import`);
    return call(...parameters);
  }

  /** Puts bytes, numbers of 32 bits or a NUL-terminated text at `at`. @returns `at`. */
  put(at: number, value: string | readonly number[]): number {
    const bytes = typeof value === "string"
      ? new TextEncoder().encode(`${value}\0`)
      : new Uint8Array(Int32Array.from(value).buffer);
    new Uint8Array(this.memory.buffer).set(bytes, at);
    return at;
  }

  /** The 32-bit number at `at`. */
  peek(at: number): number {
    return new DataView(this.memory.buffer).getInt32(at, true);
  }

  /** Loads the object. @returns its handle. */
  load(): bigint {
    const bytes = new Uint8Array(this.memory.buffer, OBJECT_AT, EMPTY_OBJECT.length);
    bytes.set(EMPTY_OBJECT);
    const handle = this.call("wasm_load_bpf_object", OBJECT_AT, EMPTY_OBJECT.length);
    if (typeof handle !== "bigint") throw new TypeError("Cannot load: no handle came");
    return handle;
  }

  /** The number of a map of the object. */
  map(handle: bigint, name: string): number {
    return Number(this.call("wasm_bpf_map_fd_by_name", handle, this.put(60000, name)));
  }

  /** One map call with everything at fixed places: key at 0x100, value at 0x200, next key at 0x300. */
  operate(fd: number, command: number, flags = 0n): number {
    return Number(this.call("wasm_bpf_map_operate", fd, command, 0x100, 0x200, 0x300, flags));
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

/** Makes all functions of an import module, as for a guest that declares them without types. */
export function makeAll(module: ImportModule, guest: GuestContext): ImportTable {
  return makeImports((name) => findImport(module, name), guest, new Map(Object.keys(module).map((name) => [name, []])));
}

/** A type that a guest declares. Only its text matters here. */
function plainType(text: string): FunctionType {
  return { text, parameters: [], isPlain: true };
}
