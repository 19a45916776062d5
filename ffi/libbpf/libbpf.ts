/**
 * The opened library: the tables, the log and the checks that the owners of this folder share.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { Checker } from "./check.ts";
import { Elements } from "./element.ts";
import { openBinary, openCgroup, openNetworkNamespace, openPinDirectory } from "../system/host_paths.ts";
import { Libc, OPEN } from "../system/libc.ts";
import { type NativeLibrary, openLibrary } from "../system/library.ts";
import { installLog, type LibbpfLog } from "./log.ts";
import { windowOf } from "./map.ts";
import type { Native } from "./native.ts";
import type {
  BpfObject,
  Libbpf,
  MapElement,
  MemoryWindow,
  OpenLibbpfOptions,
  OpenObjectOptions,
} from "./interfaces.ts";
import { NativeObject } from "./object.ts";
import { ELEMENT_SYMBOLS } from "./symbols/element.ts";
import { LIBBPF_SYMBOLS } from "./symbols/libbpf.ts";
import { LINK_SYMBOLS } from "./symbols/link.ts";
import { MAP_SYMBOLS } from "./symbols/map.ts";
import { OBJECT_SYMBOLS } from "./symbols/object.ts";
import { PROGRAM_SYMBOLS } from "./symbols/program.ts";

/** {@link Libbpf} on the real library. */
export function openNativeLibbpf(options: OpenLibbpfOptions): Libbpf {
  const library = options.library ?? openLibrary();
  const libc = options.libc ?? new Libc(library);
  const owned = [...(options.libc ? [] : [libc]), ...(options.library ? [] : [library])];
  return new NativeLibbpf(library, libc, owned);
}

class NativeLibbpf implements Libbpf, Native {
  readonly path: string;
  readonly origin;
  readonly isPatched: boolean;
  readonly libc: Libc;
  readonly check: Checker;
  readonly object;
  readonly program;
  readonly map;
  readonly element;
  readonly batch;
  readonly link;
  readonly #library: NativeLibrary;
  /** Resources to dispose last, in this order. */
  readonly #owned: readonly Disposable[];
  readonly #libbpf;
  readonly #elements: Elements;
  readonly #log: LibbpfLog;
  #possibleCpus = 0;

  constructor(library: NativeLibrary, libc: Libc, owned: readonly Disposable[]) {
    this.#library = library;
    this.#owned = owned;
    this.libc = libc;
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
    this.check = new Checker(this.#log, this.libc);
  }

  get version(): string {
    return this.text(this.#libbpf.symbols.libbpf_version_string());
  }

  get possibleCpus(): number {
    this.#possibleCpus ||= this.check.value("Cannot count CPUs", this.#libbpf.symbols.libbpf_num_possible_cpus());
    return this.#possibleCpus;
  }

  openMapElement(): MapElement | undefined {
    return this.#elements.openImportable();
  }

  openObject(bytes: Uint8Array<ArrayBuffer>, options: OpenObjectOptions = {}): BpfObject {
    return NativeObject.open(this, bytes, options);
  }

  openWindow(memory: WebAssembly.Memory): MemoryWindow {
    return windowOf(memory);
  }

  interfaceIndex(name: string): number {
    // The kernel ignores text after a colon, so any "lo:x" would mean lo. Only the label of an address is accepted.
    const exists = !name.includes(":") || this.libc.hasAddressLabel(name);
    const index = exists ? this.#library.interfaceIndex(name) : 0;
    if (index > 0) return index;
    throw new BpfError(`Cannot find network interface "${name}"`, LINUX_ERRNO.ENODEV, {
      hint: "the names are in /sys/class/net",
    });
  }

  openCgroup(path: string): number {
    return openCgroup(this.libc, path);
  }

  openNetworkNamespace(path: string): number {
    return openNetworkNamespace(this.libc, path);
  }

  openBinary(name: string): number {
    return openBinary(this.#library, this.libc, name);
  }

  openPinDirectory(path: string): number {
    return openPinDirectory(this.libc, path);
  }

  isSymbolicLink(fd: number, name: string): boolean {
    const path = `/proc/self/fd/${fd}/${name}`;
    const entry = this.libc.open(path, OPEN.RDONLY | OPEN.NOFOLLOW | OPEN.NONBLOCK | OPEN.CLOEXEC);
    if (entry >= 0) this.libc.close(entry);
    return entry === -LINUX_ERRNO.ELOOP;
  }

  closeDescriptor(fd: number): void {
    this.libc.close(fd);
  }

  lastError(): number {
    return Number(this.#libbpf.symbols.libbpf_get_error(null)) || -LINUX_ERRNO.EIO;
  }

  text(pointer: Deno.PointerValue): string {
    return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
  }

  need<F>(symbol: F | null, operation: string, version: string): F {
    if (symbol !== null) return symbol;
    throw new BpfError(operation, LINUX_ERRNO.EOPNOTSUPP, {
      log: [`needs libbpf ${version}; ${this.path} is ${this.version}`],
    });
  }

  [Symbol.dispose](): void {
    for (const table of [this.object, this.program, this.map, this.batch, this.link, this.#libbpf]) table.close();
    this.#elements[Symbol.dispose]();
    this.#log[Symbol.dispose]();
    for (const one of this.#owned) one[Symbol.dispose]();
  }
}
