/**
 * The opened library: its tables, its log and its checks, which the other classes of this folder share.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import type { NativeSystem, System } from "../system/system.ts";
import { Checker } from "./check.ts";
import { Elements } from "./element.ts";
import type { BpfObject, DescribedMap, Libbpf, MapCall, OpenObjectOptions } from "./interfaces/mod.ts";
import { NativeCalls } from "./calls.ts";
import { installLog, type LibbpfLog } from "./log.ts";
import type { Native } from "./native.ts";
import { NativeObject } from "./object.ts";
import { ELEMENT_SYMBOLS } from "./symbols/element.ts";
import { openDescriptorMap } from "./kernel_map.ts";
import { LIBBPF_SYMBOLS } from "./symbols/libbpf.ts";
import { LINK_SYMBOLS } from "./symbols/link.ts";
import { MAP_SYMBOLS } from "./symbols/map.ts";
import { OBJECT_SYMBOLS } from "./symbols/object.ts";
import { PROGRAM_SYMBOLS } from "./symbols/program.ts";

const COUNT_CPUS: Operation = { operation: "count", kind: "system", words: "CPUs" };

/** {@link Libbpf} on the real library. */
export class NativeLibbpf implements Libbpf, Native {
  readonly path: string;
  readonly origin;
  readonly isPatched: boolean;
  readonly system: System;
  readonly check: Checker;
  readonly object;
  readonly program;
  readonly map;
  readonly element;
  readonly batch;
  readonly link;
  readonly #libbpf;
  readonly #elements: Elements;
  readonly calls: NativeCalls;
  readonly #log: LibbpfLog;
  #possibleCpus = 0;

  constructor(system: NativeSystem) {
    const { library } = system;
    this.system = system;
    this.path = library.path;
    this.origin = library.origin;
    this.isPatched = library.shim !== undefined;
    this.#libbpf = library.open(LIBBPF_SYMBOLS);
    this.object = library.open(OBJECT_SYMBOLS);
    this.program = library.open(PROGRAM_SYMBOLS);
    this.map = library.open(MAP_SYMBOLS);
    this.batch = library.open(ELEMENT_SYMBOLS);
    this.#elements = new Elements(library, this.batch);
    this.element = this.#elements.call;
    this.link = library.open(LINK_SYMBOLS);
    this.#log = installLog(library);
    this.check = new Checker(this.#log, system.calls);
    this.calls = new NativeCalls(this, library, this.#log);
  }

  get libraryName(): string {
    return `${this.path} is ${this.version}`;
  }

  get version(): string {
    return this.text(this.#libbpf.symbols.libbpf_version_string());
  }

  get possibleCpus(): number {
    this.#possibleCpus ||= this.check.value(COUNT_CPUS, this.#libbpf.symbols.libbpf_num_possible_cpus());
    return this.#possibleCpus;
  }

  openMapCall(): MapCall | undefined {
    return this.#elements.openImportable();
  }

  openObject(bytes: Uint8Array<ArrayBuffer>, options: OpenObjectOptions = {}): BpfObject {
    return NativeObject.open(this, bytes, options);
  }

  mapOf(fd: number): DescribedMap {
    return openDescriptorMap(this, fd);
  }

  lastError(): number {
    return Number(this.#libbpf.symbols.libbpf_get_error(null)) || -LINUX_ERRNO.EIO;
  }

  text(pointer: Deno.PointerValue): string {
    return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
  }

  need<F>(symbol: F | null, operation: Operation, version: string): F {
    if (symbol !== null) return symbol;
    throw new BpfError(operation, LINUX_ERRNO.EOPNOTSUPP, {
      reason: `it needs libbpf ${version}; ${this.libraryName}`,
    });
  }

  [Symbol.dispose](): void {
    for (const table of [this.object, this.program, this.map, this.batch, this.link, this.#libbpf]) table.close();
    this.#elements[Symbol.dispose]();
    this.calls[Symbol.dispose]();
    this.#log[Symbol.dispose]();
  }
}
