/**
 * Makes hostile guests: WebAssembly modules that call the imports of all modules with right and wrong arguments, in any order, from
 * `_start` and from their callbacks.
 *
 * @module
 */

import { LIBBPF_MODULE } from "../../host/libbpf/import_types.ts";
import type { Random } from "../../object/testdata/damage.ts";
import { type Import, importsFor, type ValueType } from "./guest_imports.ts";
import { type Signature, signedLeb, writeModule } from "./wasm_writer.ts";

/** The memory: 64 pages at first. */
const PAGES = 64;
const END = PAGES * 65536;
/** The address of the number of calls that the guest made. */
export const CALLS_AT = 0x1f0000;
/** Callbacks trap after so many calls. */
export const MAX_CALLS = 3000;
/** Names, 32 bytes each. */
const NAMES_AT = 0x400;
/** Descriptors that imports write. */
const FDS_AT = 0x1000;
const OPTIONS_AT = 0x2000;
const BYTES_AT = 0x4000;
/** A string of AssemblyScript: its length in bytes, and then its units, of which one is half of a pair. */
const TEXT_AT = 0x3000;
const TEXT = new Uint8Array(Uint16Array.of(8, 0, 0x61, 0xd800, 0x1b, 0x202e).buffer);
/** A WASI subscription to a clock, which ends at once. No import gets this address to write to. */
const WAIT_AT = 0x1e0000;
/** A WASI iovec of few bytes. */
const IOVEC_AT = 0x1e1000;
/** The results of calls, 8 bytes each. */
const RESULTS_AT = 0x200000;
const OBJECT_AT = 0x100000;

const NAMES = [
  "",
  "count",
  "hash",
  "array",
  "percpu",
  "ring",
  "perf",
  "user",
  "programs",
  "outer",
  "queue",
  "run",
  "sock",
  "pass",
  "classify",
  "tick",
  "sample",
  "data",
  "hostile.bss",
  "lo",
  "libc.so.6",
  "vfs_read",
  "sched",
  "sched_switch",
  "sys_enter",
  "x/../y",
  "../canary",
  "/etc/passwd",
  "link",
  "sub",
  "sub/file",
  "file",
  "a\nb",
  "\u{ff}\u{10ffff}",
  "*".repeat(30),
];

/** Functions that end the guest. */
const ENDS: ReadonlySet<string> = new Set(["abort", "proc_exit", "process.exit"]);

/** Numbers of signals that do nothing by default, or do not exist. */
const SIGNALS = [0, -1, 65, 1000, 17, 23, 28];
const WASI_SIGNALS = [0, 16, 22, 31, 200];

const INTEGERS = [0, 0, 1, -1, 2, 3, 4, 5, 6, 7, 8, 10, 16, 26, 33, 37, 64, 255, 4096, 0x7fffffff, -0x80000000];
const LONGS = [0n, 0n, 1n, 2n, 4n, 8n, 1n << 31n, 1n << 32n, 1n << 40n, 1n << 62n, 1n << 63n, -1n];
const SIZES = [
  0n,
  1n,
  3n,
  4n,
  8n,
  8n,
  16n,
  24n,
  64n,
  256n,
  4096n,
  65536n,
  BigInt(END),
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 62n,
  -1n,
];
const BAD_ADDRESSES = [
  0n,
  1n,
  BigInt(END - 1),
  BigInt(END - 8),
  BigInt(END),
  BigInt(END) + 4096n,
  1n << 31n,
  (1n << 32n) - 1n,
  1n << 47n,
  1n << 53n,
  -1n,
  -8n,
];

/** An argument: a number, or the content of memory. */
type Argument = { readonly value: bigint } | { readonly loadFrom: number };

/** Options of {@link makeHostileGuest}. */
export interface GuestOptions {
  readonly addressBits: 32 | 64;
  readonly object: Uint8Array;
  readonly calls: number;
  /** Ids of a map, a program and a link of another process. */
  readonly foreignIds: readonly number[];
}

/** Makes a guest. */
export function makeHostileGuest(random: Random, options: GuestOptions): Uint8Array<ArrayBuffer> {
  return new GuestMaker(random, options).make();
}

class GuestMaker {
  readonly #random: Random;
  readonly #options: GuestOptions;
  readonly #imports: readonly Import[];
  /** The addresses of results by kind. */
  readonly #results = new Map<string, number[]>();
  #nextResult = RESULTS_AT;

  constructor(random: Random, options: GuestOptions) {
    this.#random = random;
    this.#options = options;
    this.#imports = importsFor(options.addressBits);
  }

  make(): Uint8Array<ArrayBuffer> {
    const { addressBits, object, calls } = this.#options;
    const start = [...this.#opening(), ...Array.from({ length: calls }, () => this.#step()).flat()];
    const ptr: ValueType = addressBits === 64 ? "i64" : "i32";
    const callbacks: Signature[] = [
      { parameters: [ptr, ptr, ptr], result: "i32" },
      { parameters: [ptr, "i32", ptr, "i32"], result: undefined },
      { parameters: [ptr, "i32", "i64"], result: undefined },
      { parameters: [ptr, "i32", ptr], result: "i32" },
      { parameters: ["i32", ptr], result: undefined },
      { parameters: ["i32"], result: undefined },
      { parameters: ["i32", "i32", "i32"], result: "i32" },
      { parameters: ["f32"], result: "i64" },
    ];
    const first = this.#imports.length;
    const functions = callbacks.map((type) => ({ type, code: this.#callback(type) }));
    return writeModule({
      addressBits,
      imports: this.#imports,
      functions: [{ type: { parameters: [], result: undefined }, code: start }, ...functions],
      exports: { _start: first, "go-callback": first + 7 },
      pages: { minimum: PAGES, maximum: PAGES + 8 },
      table: [...callbacks.map((_, i) => first + 1 + i), undefined],
      data: [
        ...NAMES.map((name, i) => ({ at: NAMES_AT + 32 * i, bytes: new TextEncoder().encode(`${name}\0`) })),
        { at: OBJECT_AT, bytes: object },
        { at: TEXT_AT, bytes: TEXT },
        { at: IOVEC_AT, bytes: iovec(addressBits) },
      ],
    });
  }

  /** Opens and loads the object of both versions, and gets a handle of each kind. */
  #opening(): number[] {
    const { object } = this.#options;
    const code: number[] = [];
    const call = (name: string, ...values: Argument[]) => code.push(...this.#call(this.#named(name), values));
    const result = (kind: string): Argument => ({ loadFrom: this.#results.get(kind)?.at(-1) ?? 0 });
    call("bpf_object__open_mem", { value: BigInt(OBJECT_AT) }, { value: BigInt(object.length) }, { value: 0n });
    if (this.#random.below(6) > 0) call("bpf_object__load", result("bpf_object*"));
    for (const name of ["run", "sock", "pass", "tick"]) {
      call("bpf_object__find_program_by_name", result("bpf_object*"), this.#name(name));
      call("bpf_program__fd", result("bpf_program*"));
      if (name !== "pass") call("bpf_program__attach", result("bpf_program*"));
    }
    for (
      const [name, opener] of [["hash", ""], ["array", ""], ["ring", "ring_buffer__new"], ["user", ""], [
        "perf",
        "perf_buffer__new",
      ]] as const
    ) {
      call("bpf_object__find_map_by_name", result("bpf_object*"), this.#name(name));
      call("bpf_map__fd", result("bpf_map*"));
      if (opener === "ring_buffer__new") call(opener, result("fd"), { value: 1n }, { value: 0n }, { value: 0n });
      if (opener === "perf_buffer__new") {
        call(opener, result("fd"), { value: 2n }, { value: 2n }, { value: this.#random.below(2) === 0 ? 0n : 3n }, {
          value: 0n,
        }, { value: 0n });
      }
    }
    if (this.#options.addressBits === 32) {
      call("wasm_load_bpf_object", { value: BigInt(OBJECT_AT) }, { value: BigInt(object.length) });
      for (const name of ["hash", "ring", "perf"]) call("wasm_bpf_map_fd_by_name", result("object"), this.#name(name));
      call("wasm_attach_bpf_program", result("object"), this.#name("run"), { value: 0n });
    }
    return code;
  }

  #named(name: string): Import {
    const found = this.#imports.find((one) => one.name === name);
    if (found === undefined) throw new TypeError(`no import ${name}`);
    return found;
  }

  /** One step: mostly a call. */
  #step(): number[] {
    const random = this.#random;
    switch (random.below(30)) {
      case 0:
        return [...this.#pointer(random.below(3)), 0x40, 0, 0x1a]; // memory.grow, drop
      case 1:
      case 2:
      case 3:
      case 4:
        return this.#scribble();
      case 5:
        return this.#protected(this.#randomCall());
      default:
        return this.#randomCall();
    }
  }

  #randomCall(): number[] {
    const one = this.#of(this.#imports);
    // An end of the guest must be rare, and is followed by calls only if the guest catches it.
    if (ENDS.has(one.name) && this.#random.below(8) > 0) return [];
    return this.#call(one, one.parameters.map((_, index) => this.#argument(one, index)));
  }

  /** Catches exceptions: a `try_table` with `catch_all` in a block. */
  #protected(code: number[]): number[] {
    return [0x02, 0x40, 0x1f, 0x40, 1, 2, 0, ...code, 0x0b, 0x0b];
  }

  /** Writes numbers and addresses to structs and buffers. */
  #scribble(): number[] {
    const at = this.#of([OPTIONS_AT, BYTES_AT]) + 4 * this.#random.below(40);
    const value = this.#of([0, 0, 1, 2, 3, 5, 8, 16, 24, 64, BYTES_AT, NAMES_AT, END - 4, 0x7fffffff, -1]);
    return [...this.#pointer(at), 0x41, ...signedLeb(BigInt(value)), 0x36, 2, 0];
  }

  #call(one: Import, values: readonly Argument[]): number[] {
    const index = this.#imports.indexOf(one);
    const passed = one.type.parameters.flatMap((type, i) => this.#push(values[i] ?? { value: 0n }, type));
    const count = [...this.#pointer(CALLS_AT), ...this.#pointer(CALLS_AT), 0x28, 2, 0, 0x41, 1, 0x6a, 0x36, 2, 0];
    const call = [...passed, 0x10, ...unsigned(index)];
    if (one.type.result === undefined) return [...count, ...call];
    const at = this.#keep(one.result);
    return [...count, ...this.#pointer(at), ...call, ...asI64(one.type.result), 0x37, 3, 0];
  }

  /** The address for a result of this kind. */
  #keep(kind: string): number {
    const at = this.#nextResult;
    this.#nextResult += 8;
    const known = this.#results.get(kind);
    if (known === undefined) this.#results.set(kind, [at]);
    else known.push(at);
    return at;
  }

  #push(argument: Argument, type: ValueType): number[] {
    if ("loadFrom" in argument) {
      const converted = type === "i32" ? [0xa7] : type === "f64" ? [0xbf] : [];
      return [...this.#pointer(argument.loadFrom), 0x29, 3, 0, ...converted];
    }
    const { value } = argument;
    if (type === "f64") return [0x44, ...new Uint8Array(BigInt64Array.of(value).buffer)];
    return type === "i32"
      ? [0x41, ...signedLeb(BigInt.asIntN(32, value))]
      : [0x42, ...signedLeb(BigInt.asIntN(64, value))];
  }

  #pointer(value: number): number[] {
    return [this.#options.addressBits === 64 ? 0x42 : 0x41, ...signedLeb(BigInt(value))];
  }

  #callback({ result }: Signature): number[] {
    const steps = Array.from({ length: this.#random.below(3) }, () => this.#step()).flat();
    // A guest that calls itself without end is not interesting.
    const end = [
      ...this.#pointer(CALLS_AT),
      0x28,
      2,
      0,
      0x41,
      ...signedLeb(BigInt(MAX_CALLS)),
      0x4a,
      0x04,
      0x40,
      0x00,
      0x0b,
    ];
    const count = [...this.#pointer(CALLS_AT), ...this.#pointer(CALLS_AT), 0x28, 2, 0, 0x41, 1, 0x6a, 0x36, 2, 0];
    const returned = result === undefined
      ? []
      : [result === "i64" ? 0x42 : 0x41, ...signedLeb(BigInt(this.#of([0, 0, 0, -1, -2, 1])))];
    return [...end, ...count, ...steps, ...returned];
  }

  #argument(one: Import, index: number): Argument {
    const random = this.#random;
    const parameter = one.parameters[index];
    if (parameter === undefined) return { value: 0n };
    const { name, kind } = parameter;
    const restricted = this.#restricted(one, index) ?? this.#ownCallback(one, index);
    if (restricted !== undefined) return restricted;
    if (kind.endsWith("*")) return random.below(8) > 0 ? this.#result(kind) : this.#handle();
    switch (kind) {
      case "fd":
        return random.below(8) > 0 ? this.#result("fd") : { value: BigInt(random.below(12)) };
      case "handle":
        return this.#result(random.below(8) > 0 ? "object" : "fd");
      case "string":
        return random.below(10) > 0 ? this.#name() : this.#address();
      case "function":
        return { value: BigInt(random.below(20) > 0 ? 1 + random.below(8) : this.#of([0, 9, 12, 13, 0x7fffffff])) };
      case "size":
        return { value: this.#of(SIZES) };
      case "text":
        return { value: this.#text() };
      case "i64":
      case "u64":
      case "f64":
        return { value: this.#of(LONGS) };
      case "i32":
      case "u32":
      case "bool":
        if (/fd$/.test(name) && random.below(4) > 0) return this.#result("fd");
        if (/id$/.test(name) && random.below(2) > 0) return { value: BigInt(this.#of(this.#options.foreignIds)) };
        return { value: BigInt(this.#of(INTEGERS)) };
      default:
        return this.#address();
    }
  }

  /** The callback of the right type, mostly. A wrong one ends the guest. */
  #ownCallback({ name, parameters }: Import, index: number): Argument | undefined {
    if (parameters[index]?.kind !== "function" || this.#random.below(12) === 0) return undefined;
    switch (name) {
      case "libbpf_set_print":
        return { value: 5n };
      case "sigaction":
        return { value: 6n };
      case "wasm_bpf_buffer_poll":
        return { value: 7n };
      case "perf_buffer__new":
        return { value: BigInt(index) };
      case "perf_buffer__new_raw":
        return { value: 4n };
      default:
        return { value: 1n };
    }
  }

  /** Arguments with which calls would wait or end the process. */
  #restricted({ module, name, parameters }: Import, index: number): Argument | undefined {
    const parameter = parameters[index];
    const of = (values: readonly number[]): Argument => ({ value: BigInt(this.#of(values)) });
    // The kernel makes large maps for many seconds.
    if (parameter?.name === "max_entries") return of([0, 1, 8, 4096]);
    if (parameter?.name.includes("timeout")) return of([0, 0, 1]);
    if (name === "wasm_bpf_buffer_poll" && index === parameters.length - 1) return of([0, 1]);
    if (name === "kill" && index === 1) return of(SIGNALS);
    if (name === "proc_raise") return of(WASI_SIGNALS);
    if (name === "sigtimedwait" && index === 1) return of([0, 1000]);
    if (name === "socket" && index === 1) return of([0x803, 0x802, -1, 1 << 30]);
    if (name === "poll_oneoff" && index === 0) return of([WAIT_AT, END - 8, END, -1]);
    if (name === "poll_oneoff" && index === 2) return of([0, 1, 1, -1, 1 << 30]);
    // The interfaces of this network namespace.
    if (module === LIBBPF_MODULE && parameter?.name === "ifindex") return of([0, 1, -1, 99]);
    return undefined;
  }

  #result(kind: string): Argument {
    const known = this.#results.get(kind);
    if (kind === "fd" && this.#random.below(4) === 0) return { loadFrom: FDS_AT + 8 * this.#random.below(4) };
    return known === undefined ? { value: BigInt(this.#random.below(9)) } : { loadFrom: this.#of(known) };
  }

  /** A handle of any kind, or a number that is none. */
  #handle(): Argument {
    const kinds = [...this.#results.values()];
    if (this.#random.below(3) === 0 || kinds.length === 0) {
      return { value: BigInt(this.#of([0, -1, 1 << 30, 0x7fffffff])) };
    }
    return { loadFrom: this.#of(this.#of(kinds)) };
  }

  /** A string of AssemblyScript. An address that is none ends the guest, so it must be rare. */
  #text(): bigint {
    const random = this.#random;
    if (random.below(200) === 0) return this.#of(BAD_ADDRESSES);
    return BigInt(4 + (random.below(50) === 0 ? BYTES_AT + 4 * random.below(40) : TEXT_AT));
  }

  #name(name = this.#of(NAMES)): Argument {
    return { value: BigInt(NAMES_AT + 32 * NAMES.indexOf(name)) };
  }

  #address(): Argument {
    const random = this.#random;
    switch (random.below(8)) {
      case 0:
        return { value: this.#of(BAD_ADDRESSES) };
      case 1:
        return { value: this.#of(SIZES) };
      case 2:
        return { value: BigInt(IOVEC_AT) };
      case 3:
        return { value: BigInt(FDS_AT + 8 * random.below(4)) };
      case 4:
        return this.#name();
      case 5:
        return { value: BigInt(OPTIONS_AT + random.below(2) * random.below(9)) };
      default:
        return { value: BigInt(BYTES_AT + random.below(2) * random.below(64)) };
    }
  }

  #of<T>(values: readonly T[]): T {
    const value = values[this.#random.below(values.length)];
    if (value === undefined) throw new TypeError("Cannot choose from nothing");
    return value;
  }
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...unsigned(value >>> 7)];
}

/** An iovec of eight bytes. */
function iovec(addressBits: 32 | 64): Uint8Array {
  const words = addressBits === 64 ? [BYTES_AT, 0, 8, 0] : [BYTES_AT, 8];
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/** The instruction that makes a result of this type an i64. */
function asI64(type: ValueType): number[] {
  return type === "i32" ? [0xac] : type === "f64" ? [0xbd] : [];
}
