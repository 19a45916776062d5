/** A guest of version 2 without WebAssembly code, under a policy and on the real kernel. Tests call its imports one by one. */

import type { BpfError } from "../../errors/mod.ts";
import { openLibbpf, openSystem } from "../../ffi/mod.ts";
import { Files } from "../../ffi/system/files.ts";
import { GuestContext } from "../../host/core/context.ts";
import type { ImportTable } from "../../host/core/imports.ts";
import { policyRules } from "../../host/core/policy/layers.ts";
import { DEFAULT_POLICY, type GuestPolicy } from "../../host/core/policy/guest_policy.ts";
import { LIBBPF_FUNCTIONS } from "../doubles/libbpf_functions.ts";
import { FIELDS } from "../../host/libbpf/struct_fields.ts";
import { shapeOf } from "../../host/libbpf/shape.ts";
import { bufferOpener, EventBuffer } from "../../host/pump/mod.ts";
import { Wasi } from "../../host/wasi/mod.ts";
import { makeAll } from "../doubles/guest.ts";
import { typed } from "../doubles/import_arguments.ts";
import { makeMemory } from "../doubles/memory.ts";

/** WASI's number of EPERM, as the guest gets it. */
export const REFUSED = -63;

const OBJECT_AT = 0x10000;
const FIRST_TEXT_AT = 0x100;

/** The structs of options. */
type StructName = keyof typeof FIELDS;

/** See the module's documentation. */
export class PolicyGuest implements Disposable {
  /** The lines that the host writes to stderr. */
  readonly problems: string[] = [];
  readonly #stack = new DisposableStack();
  readonly #memory = makeMemory({ pages: 32, addressBits: 64 });
  readonly #imports: ImportTable;
  readonly #context: GuestContext;
  #free = FIRST_TEXT_AT;

  /** @param change the parts of the policy that differ from the default; `directory` is descriptor 3; `pinPath` is for pins. */
  constructor(
    change: Partial<GuestPolicy> = {},
    { directory, pinPath }: { directory?: string; pinPath?: string } = {},
  ) {
    const policy = { ...DEFAULT_POLICY, ...change };
    const system = this.#stack.use(openSystem());
    const libbpf = this.#stack.use(openLibbpf(system));
    const report = (problem: BpfError | string) =>
      this.problems.push(typeof problem === "string" ? problem : problem.message);
    this.#context = this.#stack.use(
      new GuestContext({
        libbpf,
        system,
        addressBits: 64,
        openBuffer: (map, receiver) => EventBuffer.open(system.calls, map, receiver),
        buffers: bufferOpener(system.calls),
        grants: { objectName: "guest", pinPath },
        policy: policyRules([{ policy }]),
        limits: policy.limits,
        diagnostics: { report, lost: () => {} },
      }),
    );
    const preopens = directory === undefined ? [] : [{ hostPath: directory, guestPath: "/", readOnly: true }];
    this.#stack.use(new Wasi(this.#context, new Files(system.calls), { args: ["guest"], env: {}, preopens }));
    this.#context.bind({ memory: this.#memory, table: undefined, callback: undefined, callbackName: "" });
    this.#imports = makeAll(LIBBPF_FUNCTIONS, this.#context);
  }

  /** Calls an import; texts and bytes are put into the memory. */
  call(name: string, ...values: (number | string | Uint8Array)[]): number {
    const { parameters } = shapeOf(name);
    const raw = values.map((value, index) => {
      const number = typeof value === "number" ? value : this.put(value);
      return typed(parameters[index]?.[1] ?? "i32", number, 64);
    });
    return Number(this.#imports[name]?.(...raw) ?? 0);
  }

  /** Puts a text with its NUL, or bytes, into the memory. @returns the address. */
  put(value: string | Uint8Array): number {
    const bytes = typeof value === "string" ? new TextEncoder().encode(`${value}\0`) : value;
    const at = this.#free;
    new Uint8Array(this.#memory.buffer).set(bytes, at);
    this.#free = (at + bytes.length + 15) & ~7;
    return at;
  }

  /** A struct of options with these numbers. */
  struct(name: StructName, fields: Readonly<Record<string, number>>): Uint8Array {
    const layout: { size: number; fields: Readonly<Record<string, readonly [number, number]>> } = FIELDS[name];
    const bytes = new Uint8Array(layout.size);
    const view = new DataView(bytes.buffer);
    for (const [field, value] of Object.entries({ sz: layout.size, ...fields })) {
      const [offset, size] = layout.fields[field] ?? [0, 0];
      if (size === 8) view.setBigUint64(offset, BigInt(value), true);
      else view.setInt32(offset, value, true);
    }
    return bytes;
  }

  /** Opens an object. @returns its handle. */
  open(object: Uint8Array): number {
    new Uint8Array(this.#memory.buffer).set(object, OBJECT_AT);
    return this.call("bpf_object__open_mem", OBJECT_AT, object.length, 0);
  }

  program(object: number, name: string): number {
    return this.call("bpf_object__find_program_by_name", object, name);
  }

  /** Opens and loads an object with one program. @returns the handle and the descriptor of the program. */
  load(object: Uint8Array, name: string): { program: number; fd: number } {
    const handle = this.open(object);
    const result = this.call("bpf_object__load", handle);
    if (result !== 0) throw new Error(`Cannot load: ${result}: ${this.problems.join("\n")}`);
    const program = this.program(handle, name);
    return { program, fd: this.call("bpf_program__fd", program) };
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

/** One instruction of BPF. */
export function instruction(
  code: number,
  { target = 0, source = 0, offset = 0, value = 0 }: {
    target?: number;
    source?: number;
    offset?: number;
    value?: number;
  } = {},
): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, code);
  view.setUint8(1, target | source << 4);
  view.setInt16(2, offset, true);
  view.setInt32(4, value, true);
  return bytes;
}

/** Instructions one after the other. */
export function code(...instructions: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(instructions.flatMap((one) => [...one]));
}
