/**
 * Objects.
 *
 * @module
 */

import type { NativeRef } from "./native_ref.ts";
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
  /** Values for the `.kconfig` variables, as lines of a kernel configuration. They override those of the running kernel. */
  kconfig?: string | undefined;
  /** Accepts maps with fields that libbpf does not know. */
  relaxedMaps?: boolean | undefined;
  /** Gets the kernel's log of loading BTF and programs. It must live as long as the object. */
  kernelLog?: { readonly buffer: Uint8Array<ArrayBuffer>; readonly level: number } | undefined;
  /** "" keeps libbpf from making a BPF token. */
  tokenPath?: "" | undefined;
}

/** `struct bpf_object`. Disposing detaches its links, then closes it with its programs and maps. */
export interface BpfObject extends Disposable {
  readonly name: string;
  /** For {@link LibbpfCalls}. */
  readonly ref: NativeRef;
  /** Loads maps and programs into the kernel. Needs CAP_BPF, and CAP_PERFMON or CAP_NET_ADMIN by program type. @throws {BpfError} */
  load(): void;
  findProgram(name: string): BpfProgram | undefined;
  /** Finds a map by its name. Section names such as ".rodata" also find a map. */
  findMap(name: string): BpfMap | undefined;
  programs(): readonly BpfProgram[];
  maps(): readonly BpfMap[];
  /** The program that a call returned as a part of this object. */
  programOf(ref: NativeRef): BpfProgram;
  /** The map that a call returned as a part of this object. */
  mapOf(ref: NativeRef): BpfMap;
}
