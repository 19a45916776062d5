/**
 * A hostile guest: calls every import of module `libbpf` with right and wrong arguments, on the real kernel.
 *
 *     deno run --allow-all tests/kernel/hostile_imports.ts WIDTH SEED CALLS
 *
 * Prints the number of calls, and what is left open afterwards. Memory errors of the host end the process.
 *
 * @module
 */

import { openLibbpf, openSystem } from "../../ffi/mod.ts";
import { openWakeDescriptor } from "../../ffi/system/epoll.ts";
import { Files } from "../../ffi/system/files.ts";
import { GuestContext } from "../../host/core/context.ts";
import type { ImportTable } from "../../host/core/imports.ts";
import { type AddressBits, guestPtr } from "../../host/core/memory.ts";
import { lineOf, offeredLines } from "../../host/libbpf/functions.ts";
import { LIBBPF_FUNCTIONS } from "../doubles/libbpf_functions.ts";
import { type Shape, shapeOf } from "../../host/libbpf/shape.ts";

import { bufferOpener, EventBuffer } from "../../host/pump/mod.ts";
import { Wasi } from "../../host/wasi/mod.ts";
import { compileSmall } from "../../object/testdata/hostile.ts";
import { makeAll } from "../doubles/guest.ts";
import { type ArgumentSources, rightArguments, typed } from "../doubles/import_arguments.ts";
import { makeMemory } from "../doubles/memory.ts";
import { BatchGuest, Entry } from "../guests/batch_guest.ts";

const PAGES = 64;
const END = PAGES * 65536;
const TEXT_AT = 0x100;
const NAMES_AT = 0x400;
const OPTIONS_AT = 0x2000;
const BYTES_AT = 0x4000;
const OBJECT_AT = 0x100000;
const NAMES = [
  "",
  "count",
  "hash",
  "inner",
  "run",
  "xdp",
  "libc.so.6",
  "vfs_read",
  "sched",
  "x/../y",
  "a\nb",
  "*".repeat(20),
];

const SOURCE = `
#define __array(name, ...) typeof(__VA_ARGS__) *name[]
int count; int data = 1; const volatile int constant;
struct { __uint(type, 1); __uint(max_entries, 8); __type(key, u32); __type(value, u64); } hash SEC(".maps");
struct { __uint(type, 27); __uint(max_entries, 4096); } ring SEC(".maps");
struct { __uint(type, 4); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");
struct { __uint(type, 31); __uint(max_entries, 4096); } user SEC(".maps");
struct { __uint(type, 3); __uint(max_entries, 2); __uint(key_size, 4); __uint(value_size, 4); } programs SEC(".maps");
struct { __uint(type, 13); __uint(max_entries, 2); __uint(key_size, 4); __uint(value_size, 4);
  __array(values, struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u32); }); } outer SEC(".maps");
static long (*output)(void *, void *, u64, void *, u64) = (void *)25;
static long (*ring_output)(void *, void *, u64, u64) = (void *)130;
SEC("raw_tp/sys_enter") int run(void *ctx) {
  u64 record[2] = { 1, 2 };
  count += data + constant;
  ring_output(&ring, record, sizeof(record), 0);
  output(ctx, &perf, 0xffffffff, record, sizeof(record));
  return 0;
}
SEC("socket") int sock(void *ctx) { return 0; }
SEC("xdp") int pass(void *ctx) { return 2; }
SEC("tp/sched/sched_switch") int tick(void *ctx) { return 0; }
SEC("struct_ops") int operation(void *ctx) { return 0; }
struct tcp_congestion_ops___own { int (*ssthresh)(void *); unsigned flags; char name[16]; };
SEC("?.struct_ops") struct tcp_congestion_ops___own ops = { .ssthresh = operation, .flags = 2 };`;

/** Numbers from a seed (xorshift), so that a failure can be repeated. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2654435761 | 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  of<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new TypeError("Cannot choose from nothing");
    return value;
  }
}

/** The guest, with its objects and the handles and descriptors that it got. */
class HostileGuest {
  readonly context: GuestContext;
  readonly memory: WebAssembly.Memory;
  readonly bits: AddressBits;
  readonly random: Random;
  readonly imports: ImportTable;
  readonly handles: number[] = [];

  constructor(context: GuestContext, memory: WebAssembly.Memory, bits: AddressBits, seed: number) {
    this.context = context;
    this.memory = memory;
    this.bits = bits;
    this.random = new Random(seed);
    this.imports = makeAll(LIBBPF_FUNCTIONS, context);
    const bytes = new Uint8Array(memory.buffer);
    NAMES.forEach((name, index) => bytes.set(new TextEncoder().encode(`${name}\0`), NAMES_AT + 32 * index));
  }

  /** Opens an object, loads it, and gets a handle of each kind. */
  openObject(object: Uint8Array): ArgumentSources {
    new Uint8Array(this.memory.buffer).set(object, OBJECT_AT);
    const handle = this.number("bpf_object__open_mem", OBJECT_AT, object.length, 0);
    if (this.random.below(4) > 0) this.number("bpf_object__load", handle);
    const find = (name: string, what: string) => {
      new Uint8Array(this.memory.buffer).set(new TextEncoder().encode(`${what}\0`), TEXT_AT);
      return this.number(name, handle, TEXT_AT);
    };
    const map = find(
      "bpf_object__find_map_by_name",
      this.random.of(["hash", "ring", "perf", "programs", "outer", ".bss", "ops"]),
    );
    const program = find("bpf_object__find_program_by_name", this.random.of(["run", "sock", "pass", "tick"]));
    const link = this.number("bpf_program__attach", program);
    this.handles.push(handle, map, program, link);
    const fdOf = (name: string) => this.number("bpf_map__fd", find("bpf_object__find_map_by_name", name));
    return {
      handles: {
        bpf_object: handle,
        bpf_map: map,
        bpf_program: program,
        bpf_link: link,
        ...this.openBuffers(fdOf),
      },
      fds: {
        map: this.number("bpf_map__fd", map),
        program: this.number("bpf_program__fd", program),
        link: this.number("bpf_link__fd", link),
      },
      text: TEXT_AT,
      options: OPTIONS_AT,
      bytes: BYTES_AT,
      callback: this.random.below(Entry.BEYOND + 1),
      addressBits: this.bits,
    };
  }

  /** Opens a buffer of each kind. */
  openBuffers(fdOf: (name: string) => number): Record<string, number> {
    const ring = this.number("ring_buffer__new", fdOf("ring"), Entry.RING + this.random.below(3), 0, 0);
    const lost = this.random.of([0, Entry.LOST]);
    const perf = this.random.below(2) === 0
      ? this.number("perf_buffer__new", fdOf("perf"), 1, Entry.SAMPLE, lost, 0, 0)
      : this.number("perf_buffer__new", fdOf("perf"), 2, 0, lost, 0, 0);
    return {
      ring_buffer: ring,
      ring: this.number("ring_buffer__ring", ring, 0),
      perf_buffer: perf,
      user_ring_buffer: this.number("user_ring_buffer__new", fdOf("user"), 0),
    };
  }

  number(name: string, ...values: number[]): number {
    const { parameters } = shapeOf(name);
    return this.call(name, values.map((value, index) => typed(parameters[index]?.[1] ?? "i32", value, this.bits)));
  }

  call(name: string, values: readonly (number | bigint)[]): number {
    const result = Number(this.imports[name]?.(...values) ?? 0);
    const handle = shapeOf(name).result.endsWith("*") && result > 0;
    if (handle) this.handles.push(result);
    return result;
  }

  /** Calls an import. A callback may trap, which ends a real guest. */
  succeeds(name: string, values: readonly (number | bigint)[]): boolean {
    try {
      return this.call(name, values) >= 0;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) return false;
      throw error;
    }
  }

  /** Arguments of which some are wrong. */
  arguments(shape: Shape, sources: ArgumentSources): (number | bigint)[] {
    // A function of another type would end the guest.
    if (shape.name === "libbpf_set_print") return shape.parameters.map(([, kind]) => typed(kind, 0, this.bits));
    const right = rightArguments(shape, lineOf(shape.name)?.parameters ?? {}, sources);
    return shape.parameters.map(([name, kind], index) => {
      const value = right[index] ?? 0;
      return this.random.below(3) > 0 ? value : typed(kind, this.wrong(name, kind), this.bits);
    });
  }

  /** A number that is likely to be wrong for this kind. Calls must not wait. */
  wrong(name: string, kind: string): number | bigint {
    const { random } = this;
    if (name.includes("timeout")) return 0;
    switch (kind) {
      case "i32":
      case "u32":
      case "bool":
        return random.of([0, 1, -1, 2, 3, 4, 5, 6, 7, 8, 26, 33, 37, 255, 4096, 0x7fffffff, -0x80000000]);
      case "i64":
      case "u64":
        return random.of([0n, 1n, 4n, 1n << 31n, 1n << 32n, 1n << 63n, -1n]);
      case "size":
        return random.of([0n, 1n, 3n, 8n, 64n, 4096n, BigInt(END), 1n << 31n, 1n << 32n, 1n << 62n, -1n]);
    }
    if (kind.endsWith("*")) return random.of([0, -1, 1 << 30, 0x7fffffff, ...this.handles]);
    return random.of([
      0n,
      1n,
      8n,
      BigInt(NAMES_AT + 32 * random.below(NAMES.length)),
      BigInt(OPTIONS_AT + random.below(8)),
      BigInt(END - 1),
      BigInt(END - 8),
      BigInt(END),
      BigInt(END) + 4096n,
      1n << 31n,
      (1n << 32n) - 1n,
      1n << 47n,
      1n << 53n,
      -1n,
    ]);
  }

  /** Closes a descriptor, or moves it to another number, as WASI lets a guest do. */
  moveOrClose(): void {
    const { descriptors } = this.context;
    const entries = [...descriptors.entries()].filter(([fd]) => fd > 2);
    if (entries.length === 0) return;
    const [fd] = this.random.of(entries);
    const entry = descriptors.remove(fd);
    if (entry === undefined) return;
    const to = 3 + this.random.below(60);
    if (this.random.below(2) === 0 || descriptors.find(to) !== undefined) entry[Symbol.dispose]();
    else descriptors.set(to, entry);
  }

  /** Fills the places of structs and buffers with numbers and addresses. */
  scribble(): void {
    const view = new DataView(this.memory.buffer);
    for (const at of [OPTIONS_AT, BYTES_AT]) {
      for (let offset = 0; offset < 256; offset += 4) {
        const value = this.random.of([0, 0, 0, 0, 0, 1, 2, 3, 5, 8, BYTES_AT, TEXT_AT, END - 4, 0x7fffffff, -1]);
        view.setInt32(at + offset, value, true);
      }
    }
    view.setBigUint64(OPTIONS_AT, BigInt(this.random.of([8, 16, 24, 32, 48, 64, 112, 200, 0, 7, 4097, END])), true);
    // Runs of a test program must end soon.
    view.setInt32(OPTIONS_AT + 60, this.random.below(100), true);
  }
}

/** The descriptors of this process by kind. */
function descriptors(): string {
  const kinds: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      kinds.push(Deno.readLinkSync(`/proc/self/fd/${name}`).replace(/:\[\d+\]$/, ""));
    } catch {
      // The descriptor of this listing is closed now.
    }
  }
  return kinds.filter((kind) => /bpf|btf|perf|link|iter|eventpoll/.test(kind)).sort().join(" ");
}

/** Functions that leave things on the machine, or change the whole process. */
const LEFT_OUT: ReadonlySet<string> = new Set(["bpf_tc_hook_create", "bpf_tc_hook_destroy", "libbpf_set_memlock_rlim"]);

function main(bits: AddressBits, seed: number, calls: number): void {
  const object = compileSmall(SOURCE);
  using system = openSystem();
  using libbpf = openLibbpf(system);
  const before = descriptors();
  let count = 0;
  const results = new Map<boolean, number>();
  {
    const memory = makeMemory({ pages: PAGES, addressBits: bits });
    // Its functions take records.
    const { table } = new BatchGuest(bits);
    // It is readable, so that no call waits.
    const wakeFd = openWakeDescriptor(system.calls);
    using _wake = { [Symbol.dispose]: () => void system.calls.close(wakeFd) };
    system.calls.write(wakeFd, new Uint8Array(new BigUint64Array([1n]).buffer));
    using context = new GuestContext({
      libbpf,
      system,
      addressBits: bits,
      openBuffer: (map, receiver) => EventBuffer.open(system.calls, map, receiver),
      buffers: bufferOpener(system.calls, { wakeFd: () => wakeFd }),
      grants: { objectName: "hostile" },
      diagnostics: { report: () => {}, lost: () => {} },
    });
    using _wasi = new Wasi(context, new Files(system.calls), { args: ["hostile"], env: {}, preopens: [], stderr: 1 });
    context.descriptors.remove(2);
    context.bind({ memory, table, callback: undefined, callbackName: "" });
    const guest = new HostileGuest(context, memory, bits, seed);
    const names = offeredLines().map(([name]) => name).filter((name) => !LEFT_OUT.has(name));
    let sources = guest.openObject(object);
    while (count < calls) {
      if (guest.random.below(100) === 0) sources = guest.openObject(object);
      if (guest.random.below(50) === 0) guest.moveOrClose();
      guest.scribble();
      const name = guest.random.of(names);
      const values = guest.arguments(shapeOf(name), sources);
      if (Deno.args.includes("--trace")) console.error(name, ...values);
      const succeeded = guest.succeeds(name, values);
      results.set(succeeded, (results.get(succeeded) ?? 0) + 1);
      count++;
    }
    context.memory.check(guestPtr(0), 1);
  }
  const after = descriptors();
  console.log(`${count} calls, ${results.get(true) ?? 0} succeeded, left: ${after === before ? "nothing" : after}`);
}

const [bits, seed, calls] = Deno.args;
main(bits === "64" ? 64 : 32, Number(seed), Number(calls));
