/**
 * Objects.
 *
 * @module
 */

import type { BpfMap } from "./map.ts";
import type { BpfProgram } from "./program.ts";

/**
 * Options of opening an object.
 *
 * @example
 * ```ts
 * import { openLibbpf, type OpenObjectOptions } from "@wasm-bpf/wasm-bpf";
 *
 * const options: OpenObjectOptions = { name: "bootstrap", pinRootPath: "/sys/fs/bpf" };
 * using libbpf = openLibbpf();
 * using object = libbpf.openObject(Deno.readFileSync("examples/bootstrap/bootstrap.bpf.o"), options);
 * if (object.name !== "bootstrap") throw new Error(object.name);
 * ```
 */
export interface OpenObjectOptions {
  /** The object's name; its first 8 characters begin the names of its global-data maps. */
  name?: string;
  /** BTF to resolve CO-RE relocations against instead of the running kernel's (`--btf`). */
  btfPath?: string | undefined;
  /** The directory for maps that are pinned by name (LIBBPF_PIN_BY_NAME); /sys/fs/bpf by default, as in libbpf. */
  pinRootPath?: string | undefined;
  /**
   * Keeps the maps of `.struct_ops` unchanged: their registration stays in the kernel when this process is killed. By default they
   * are registered through a link, which ends with the process. Before Linux 6.4, which has no such links, the object is refused.
   */
  persistentStructOps?: boolean | undefined;
}

/** `struct bpf_object`. Disposing detaches its links, then closes it with its programs and maps. */
export interface BpfObject extends Disposable {
  readonly name: string;
  /** Loads maps and programs into the kernel. Needs CAP_BPF, and CAP_PERFMON or CAP_NET_ADMIN by program type. @throws {BpfError} */
  load(): void;
  findProgram(name: string): BpfProgram | undefined;
  /** Finds a map by its name. Section names such as ".rodata" also find a map. */
  findMap(name: string): BpfMap | undefined;
  programs(): readonly BpfProgram[];
  maps(): readonly BpfMap[];
}
