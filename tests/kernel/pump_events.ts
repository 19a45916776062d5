/**
 * Loads pump_events.bpf.c, whose programs emit an exact number of events.
 *
 * @module
 */

import { BpfError } from "../../errors/mod.ts";
import {
  type BpfMap,
  type BpfObject,
  type Libbpf,
  type NativeSystem,
  openLibbpf,
  openSystem,
  type SystemCalls,
} from "../../ffi/mod.ts";
import { addressOf } from "../../ffi/system/pointers.ts";

/** The events of one run of a program. */
export interface Emission {
  count: number;
  /** Bytes of each record, 8 to 4096. 64 when absent. */
  size?: number;
  /** The number in the first record. */
  first?: number;
  /** 1: no wakeup, 2: forced wakeup. */
  flags?: number;
  /** Every n-th record is discarded. */
  discard?: number;
  /** The CPU to run on. By default the current one. */
  cpu?: number;
}

/** The object of pump_events.bpf.c, as scripts/build_guests.sh compiled it. */
export const EVENTS_OBJECT = new URL("../../.build/guests/kernel_tests/pump_events.bpf.o", import.meta.url).pathname;

/** Runs loaded programs, by descriptor. */
export class Runner implements Disposable {
  readonly #library;

  constructor(path: string) {
    this.#library = Deno.dlopen(path, {
      // int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts *opts)
      bpf_prog_test_run_opts: { parameters: ["i32", "buffer"], result: "i32" },
    });
  }

  /** Runs the program once. @returns the number of records that it sent. */
  emit(programFd: number, emission: Emission): number {
    const { count, size = 64, first = 0, flags = 0, discard = 0, cpu } = emission;
    const context = BigUint64Array.from([count, size, first, flags, discard], BigInt);
    // struct bpf_test_run_opts (bpf.h)
    const options = new DataView(new ArrayBuffer(80));
    options.setBigUint64(0, 80n, true); // sz
    options.setBigUint64(32, BigInt(addressOf(context.buffer)), true); // ctx_in
    options.setUint32(48, context.byteLength, true); // ctx_size_in
    if (cpu !== undefined) options.setUint32(68, 1, true); // flags: BPF_F_TEST_RUN_ON_CPU
    options.setUint32(72, cpu ?? 0, true); // cpu
    const result = this.#library.symbols.bpf_prog_test_run_opts(programFd, new Uint8Array(options.buffer));
    if (result < 0) throw new BpfError({ operation: "run", kind: "program", words: "a program" }, result);
    return options.getInt32(56, true); // retval
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }
}

/** The names of the programs. */
export type EmitterName = "emit_ring" | "emit_large_ring" | "emit_perf";

/** The loaded programs and their maps. */
export class Events implements Disposable {
  readonly #system: NativeSystem;
  readonly #libbpf: Libbpf;
  readonly #object: BpfObject;
  readonly #runner: Runner;

  constructor() {
    this.#system = openSystem();
    this.#libbpf = openLibbpf(this.#system);
    this.#object = this.#libbpf.openObject(Deno.readFileSync(EVENTS_OBJECT), { name: "events" });
    this.#object.load();
    this.#runner = new Runner(this.#system.library.path);
  }

  /** The argument of `dlopen`. */
  get libraryPath(): string {
    return this.#system.library.path;
  }

  get calls(): SystemCalls {
    return this.#system.calls;
  }

  map(name: string): BpfMap {
    const map = this.#object.findMap(name);
    if (!map) throw new Error(`No map ${name}`);
    return map;
  }

  programFd(name: EmitterName): number {
    const program = this.#object.findProgram(name);
    if (!program) throw new Error(`No program ${name}`);
    return program.fd;
  }

  /** Runs `program`. @returns the number of records that it sent. */
  emit(program: EmitterName, emission: Emission): number {
    return this.#runner.emit(this.programFd(program), emission);
  }

  /** Sets the bytes from which perf records are made, on every CPU. */
  fillScratch(bytes: Uint8Array): void {
    const map = this.map("scratch");
    const element = new Uint8Array(8 + map.elementBytes);
    for (let at = 8; at < element.length; at += map.valueSize) element.set(bytes, at);
    const result = map.update(element, 0, 8, 0);
    if (result < 0) throw new BpfError({ operation: "fill", kind: "map", words: "map scratch" }, result);
  }

  [Symbol.dispose](): void {
    this.#runner[Symbol.dispose]();
    this.#object[Symbol.dispose]();
    this.#libbpf[Symbol.dispose]();
    this.#system[Symbol.dispose]();
  }
}
