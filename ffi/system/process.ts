/**
 * Limits and signals of the whole process. Only the command line sets them: a library must not change its caller's process.
 *
 * @module
 */

import { BpfError } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import type { Libc } from "./libc.ts";
import type { NativeLibrary } from "./library.ts";

/** Options of {@link prepareProcess}. */
export interface ProcessOptions {
  /** The memory that this process may take beyond its present use; undefined for no limit. */
  readonly memoryBytes: number | undefined;
  /** The line for stderr when the engine runs out of memory: at most 255 bytes. */
  readonly outOfMemory: string;
}

/**
 * Makes this process end as a command line should: it stays within its memory, every signal ends it, and a failure of the engine
 * is reported in one line.
 *
 * @throws {BpfError} when the memory cannot be limited.
 */
export function prepareProcess(library: NativeLibrary, libc: Libc, options: ProcessOptions): void {
  if (options.memoryBytes !== undefined) limitMemory(libc, options.memoryBytes);
  library.prepareSignals(cString(options.outOfMemory));
}

/**
 * The limit counts private writable memory. The engine reserves 512 MiB of it for code before a guest runs, so the present use is
 * added to the limit. A limit of address space would not work: the engine reserves 50 GiB of it.
 */
function limitMemory(libc: Libc, memoryBytes: number): void {
  const result = libc.limitData(dataBytes(libc) + memoryBytes);
  if (result < 0) throw new BpfError("Cannot limit memory", result);
}

/** The sixth number of /proc/self/statm: pages of data and stack. */
function dataBytes(libc: Libc): number {
  const path = "/proc/self/statm";
  try {
    const text = String.fromCharCode(...libc.readFile(path));
    return Number(text.split(" ")[5]) * libc.pageSizeBytes;
  } catch (cause) {
    if (!(cause instanceof BpfError)) throw cause;
    const hint = "mount /proc, or give --memory unlimited";
    throw new BpfError("Cannot limit memory", cause.errno, { log: [`${path} cannot be read`], hint, cause });
  }
}
