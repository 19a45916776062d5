/**
 * libbpf for TypeScript programs.
 *
 * @module
 */

import { openOperation } from "../../errors/mod.ts";
import * as ffi from "../../ffi/mod.ts";
import { checkObject } from "../core/object_requests.ts";
import type { BpfObject, Libbpf } from "./object_interfaces.ts";
import { ApiObject } from "./object.ts";

/**
 * Opens libbpf: the library that `$WASM_BPF_LIBBPF` names, the one built in this checkout, or the system's `libbpf.so.1` (1.1 or
 * newer). The caller disposes it.
 *
 * Needs Deno's `--allow-ffi`. No kernel privilege is needed until an object is loaded.
 *
 * @throws {BpfError} ENOENT when no library is found, with all tried paths in its log.
 * @see https://docs.kernel.org/bpf/libbpf/libbpf_overview.html libbpf's own documentation
 *
 * @example
 * ```ts
 * import { openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * using object = libbpf.openObject(Deno.readFileSync("examples/bootstrap/bootstrap.bpf.o"), { name: "bootstrap" });
 * const constants = object.findMap(".rodata");
 * constants?.setInitialValue(new Uint8Array(constants.valueSize));
 * object.load();
 * using link = object.findProgram("handle_exec")?.attach();
 * for (const [pid, start] of object.findMap("exec_start")?.entries() ?? []) console.log(pid, start);
 * ```
 */
export function openLibbpf(): Libbpf {
  using stack = new DisposableStack();
  const system = stack.use(ffi.openSystem());
  const libbpf = new ApiLibbpf(ffi.openLibbpf(system), system);
  stack.move();
  return libbpf;
}

/** See {@link Libbpf}. */
class ApiLibbpf implements Libbpf {
  readonly #raw: ffi.Libbpf;
  readonly #system: ffi.System & Disposable;
  readonly #objects = new Set<ApiObject>();
  readonly #descriptors = new Set<number>();
  #closed = false;

  /** Takes ownership of both. */
  constructor(raw: ffi.Libbpf, system: ffi.System & Disposable) {
    this.#raw = raw;
    this.#system = system;
  }

  get version(): string {
    return this.#alive().version;
  }

  get path(): string {
    return this.#raw.path;
  }

  get origin(): ffi.LibraryOrigin {
    return this.#raw.origin;
  }

  get possibleCpus(): number {
    return this.#alive().possibleCpus;
  }

  openObject(bytes: Uint8Array, options: ffi.OpenObjectOptions = {}): BpfObject {
    const libbpf = this.#alive();
    const copy = new Uint8Array(bytes);
    checkObject(libbpf, openOperation(options.name ?? "object"), copy);
    const raw = libbpf.openObject(copy, options);
    const object = new ApiObject(raw, (closed) => this.#objects.delete(closed));
    this.#objects.add(object);
    return object;
  }

  interfaceIndex(name: string): number {
    return this.#openSystem().interfaceIndex(name);
  }

  openCgroup(path: string): number {
    return this.#keep(this.#openSystem().openCgroup(path));
  }

  openNetworkNamespace(path: string): number {
    return this.#keep(this.#openSystem().openNetworkNamespace(path));
  }

  openBinary(name: string): number {
    return this.#keep(this.#openSystem().openBinary(name));
  }

  closeDescriptor(fd: number): void {
    const system = this.#openSystem();
    if (!this.#descriptors.delete(fd)) throw new TypeError(`Cannot close descriptor ${fd}: not opened here`);
    system.closeDescriptor(fd);
  }

  #keep(fd: number): number {
    this.#descriptors.add(fd);
    return fd;
  }

  #alive(): ffi.Libbpf {
    if (this.#closed) throw new TypeError("Cannot use libbpf: closed");
    return this.#raw;
  }

  #openSystem(): ffi.System {
    this.#alive();
    return this.#system;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const object of [...this.#objects].reverse()) object[Symbol.dispose]();
    for (const fd of this.#descriptors) this.#system.closeDescriptor(fd);
    this.#raw[Symbol.dispose]();
    this.#system[Symbol.dispose]();
  }
}
