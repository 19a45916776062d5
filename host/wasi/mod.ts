/**
 * WASI preview 1 for one guest: the import module `wasi_snapshot_preview1`.
 *
 * A guest reaches files only through its directories, and the kernel confines it to them (openat2, since Linux 5.6). Rights are as in
 * the specification: a guest can only give them up. A read-only directory is like a read-only mount: changes fail with EROFS.
 *
 * Source: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 *
 * @module
 */

import type { Files } from "../../ffi/system/files.ts";
import type { ImportTable } from "../core/imports.ts";
import { clockFunctions } from "./clocks.ts";
import { WasiContext, type WasiFunctions, type WasiGuest } from "./context.ts";
import { standardStream } from "./descriptors.ts";
import { descriptorFunctions, transferFunctions, writeBytes } from "./fd.ts";
import { RangeReader } from "./iovecs.ts";
import { linuxFiles } from "./linux_files.ts";
import { attributeFunctions, nameFunctions, openFunctions } from "./path.ts";
import { pollFunctions } from "./poll.ts";
import { openPreopen, type Preopen } from "./preopens.ts";
import { processFunctions } from "./process.ts";
import { directoryFunctions } from "./readdir.ts";
import { socketFunctions } from "./sockets.ts";
import { RefusedPaths } from "./refused_paths.ts";
import { unstableFunctions } from "./unstable.ts";

export type { WasiGuest } from "./context.ts";
export { parsePreopen, type Preopen } from "./preopens.ts";

/** Resources and options of a guest. */
export interface WasiOptions {
  /** `argv`: the program's name, then its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly preopens: readonly Preopen[];
  /** The host's descriptor for the guest's stdin; 0 by default. It stays open after the guest. */
  readonly stdin?: number | undefined;
  /** 1 by default. */
  readonly stdout?: number | undefined;
  /** 2 by default. */
  readonly stderr?: number | undefined;
  /** Called once if the guest writes to its stderr that it could not open a path outside its directories; see {@link RefusedPaths}. */
  readonly onRefusedPath?: ((problem: string) => void) | undefined;
}

/** One guest's WASI. Its files are in the guest's table of descriptors, which closes them. */
export class Wasi implements Disposable {
  /** The functions of `wasi_snapshot_preview1` by name. */
  readonly imports: WasiFunctions;
  readonly #context: WasiContext;
  readonly #ranges = new RangeReader();

  /**
   * Adds the standard streams and the directories to the guest's descriptors.
   *
   * @throws {BpfError} if a directory cannot be opened.
   * @throws {TypeError} if an argument or a variable contains a NUL.
   */
  constructor(guest: WasiGuest, files: Files, options: WasiOptions) {
    this.#context = new WasiContext(guest, files, { refusedPaths: refusedPathsOf(guest, files, options) });
    const { descriptors } = this.#context;
    this.imports = importTable(this.#context, this.#ranges, options);
    [options.stdin ?? 0, options.stdout ?? 1, options.stderr ?? 2].forEach((hostFd, fd) => {
      const stream = standardStream(files, hostFd);
      if (stream !== undefined) descriptors.set(fd, stream);
    });
    options.preopens.forEach((preopen, index) => descriptors.set(3 + index, openPreopen(files, preopen)));
  }

  /** The functions of `wasi_unstable`, for guests from 2019 and 2020. */
  get unstableImports(): WasiFunctions {
    return unstableFunctions(this.#context, this.#ranges, this.imports);
  }

  /** The functions of module `wasm_bpf_sys` on files. */
  get linuxFiles(): ImportTable {
    return linuxFiles(this.#context);
  }

  /** Writes all bytes to a descriptor of the guest. @returns 0, or the guest's errno. */
  write(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
    return writeBytes(this.#context, fd, bytes);
  }

  /** Searches the last text on the guest's stderr for a refused path. */
  [Symbol.dispose](): void {
    this.#context.refusedPaths?.end();
  }
}

function refusedPathsOf(guest: WasiGuest, files: Files, options: WasiOptions): RefusedPaths | undefined {
  const { args, preopens, onRefusedPath } = options;
  if (onRefusedPath === undefined) return undefined;
  return new RefusedPaths({
    args: args.slice(1),
    preopens,
    failures: () => guest.guard.failures,
    exists: (path) => files.exists(path),
    report: onRefusedPath,
  });
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
