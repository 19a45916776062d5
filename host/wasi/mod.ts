/**
 * WASI preview 1 for one guest: the import module `wasi_snapshot_preview1`.
 *
 * Files are reached only through the directories that the guest is given, and the kernel (openat2, from Linux 5.6) keeps it
 * inside them. Rights behave as the specification says: they are the guest's to give up. A read-only directory is like a
 * read-only mount: what would change it fails with EROFS.
 *
 * Source: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 *
 * @module
 */

import type { Files } from "../../ffi/system/files.ts";
import type { GuestMemory } from "../core/memory.ts";
import { clockFunctions } from "./clocks.ts";
import { type ProcExit, WasiContext, type WasiFunctions } from "./context.ts";
import { DescriptorTable, standardStream } from "./descriptors.ts";
import { descriptorFunctions, transferFunctions } from "./fd.ts";
import { RangeReader } from "./iovecs.ts";
import { attributeFunctions, nameFunctions, openFunctions } from "./path.ts";
import { pollFunctions } from "./poll.ts";
import { openPreopen, type Preopen } from "./preopens.ts";
import { processFunctions } from "./process.ts";
import { directoryFunctions } from "./readdir.ts";
import { socketFunctions } from "./sockets.ts";
import { RefusedPaths } from "./refused_paths.ts";
import { RIGHTS } from "./types.ts";
import { unstableFunctions } from "./unstable.ts";

export { ProcExit } from "./context.ts";
export { parsePreopen, type Preopen } from "./preopens.ts";
export { WASI_UNSTABLE_MODULE } from "./unstable.ts";

/** The name of the import module. */
export const WASI_MODULE = "wasi_snapshot_preview1";

/** Resources and options of a guest. */
export interface WasiOptions {
  /** `argv`, the program's own name first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly preopens: readonly Preopen[];
  /** The host's descriptor for the guest's stdin; 0 by default. It is not closed with the guest. */
  readonly stdin?: number | undefined;
  /** 1 by default. */
  readonly stdout?: number | undefined;
  /** 2 by default. */
  readonly stderr?: number | undefined;
  /** Called once when the guest reports on its stderr that it could not open a path outside its directories. */
  readonly onRefusedPath?: ((problem: string) => void) | undefined;
}

/** One guest's WASI. Disposing it closes all that the guest has open. */
export class Wasi implements Disposable {
  /** The import functions by name: what a guest imports from {@link WASI_MODULE}. Made before its memory is known. */
  readonly imports: WasiFunctions;
  readonly #context: WasiContext;
  readonly #ranges = new RangeReader();

  /**
   * @throws {BpfError} when a directory cannot be opened.
   * @throws {TypeError} when an argument or a variable has a NUL inside.
   */
  constructor(files: Files, options: WasiOptions) {
    const descriptors = new DescriptorTable(files);
    this.#context = new WasiContext(files, descriptors);
    if (options.onRefusedPath !== undefined) {
      this.#context.refusedPaths = new RefusedPaths(options.args.slice(1), options.onRefusedPath);
    }
    this.imports = importTable(this.#context, this.#ranges, options);
    [options.stdin ?? 0, options.stdout ?? 1, options.stderr ?? 2].forEach((hostFd, fd) => {
      const stream = standardStream(files, hostFd);
      if (stream !== undefined) descriptors.set(fd, stream);
    });
    try {
      options.preopens.forEach((preopen, index) => descriptors.set(3 + index, openPreopen(files, preopen)));
    } catch (error) {
      descriptors[Symbol.dispose]();
      throw error;
    }
  }

  /** Imports of guests from 2019 or 2020, in {@link WASI_UNSTABLE_MODULE}. */
  get unstableImports(): WasiFunctions {
    return unstableFunctions(this.#context, this.#ranges, this.imports);
  }

  /** Gives the import functions the guest's memory; before that, those that touch memory answer EFAULT. */
  bind(memory: GuestMemory): void {
    this.#context.bind(memory);
  }

  /** Set once the guest called `proc_exit`: no import works after that. */
  get exit(): ProcExit | undefined {
    return this.#context.exit;
  }

  /** Has `listener` called when the guest calls `proc_exit`. */
  set onExit(listener: () => void) {
    this.#context.onExit = listener;
  }

  /**
   * The host's descriptor behind a guest's, for calls that take the guest's descriptors (attaching to a cgroup's directory).
   * It stays the guest's: it is closed when the guest closes it.
   *
   * @returns undefined when the guest has no such descriptor, or none that it may read.
   */
  hostFd(fd: number): number | undefined {
    const descriptor = this.#context.descriptors.find(fd);
    if (descriptor === undefined) return undefined;
    return (descriptor.rights & (RIGHTS.FD_READ | RIGHTS.FD_READDIR)) === 0n ? undefined : descriptor.hostFd;
  }

  [Symbol.dispose](): void {
    this.#context.refusedPaths?.end();
    this.#context.descriptors[Symbol.dispose]();
  }
}

function importTable(context: WasiContext, ranges: RangeReader, options: WasiOptions): WasiFunctions {
  return {
    ...processFunctions(context, options.args, options.env),
    ...clockFunctions(context),
    ...transferFunctions(context, ranges),
    ...descriptorFunctions(context),
    ...directoryFunctions(context),
    ...openFunctions(context),
    ...attributeFunctions(context),
    ...nameFunctions(context),
    ...pollFunctions(context),
    ...socketFunctions(context),
  };
}
