/**
 * Limits and signals of the whole process. Only the command line sets them, because a library must not change its caller's process.
 *
 * @module
 */

import { BpfError, type Operation } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import type { NativeLibrary } from "./library.ts";
import { RLIMIT_DATA } from "./linux_numbers.ts";
import { readFile } from "./read_file.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

const LIMIT_MEMORY: Operation = { operation: "limit", kind: "process", words: "memory" };

/** Options of {@link prepareProcess}. */
export interface ProcessOptions {
  /** The memory that this process may take beyond its present use; undefined for no limit. */
  readonly memoryBytes: number | undefined;
  /** The line for stderr when the engine runs out of memory: at most 255 bytes. */
  readonly outOfMemory: string;
}

/**
 * Prepares this process as a command line should be: its memory is limited, every signal ends it, and it reports a failure of the
 * engine in one line.
 *
 * @throws {BpfError} when the memory cannot be limited.
 */
export function prepareProcess(library: NativeLibrary, calls: SystemCalls, options: ProcessOptions): void {
  if (options.memoryBytes !== undefined) limitMemory(calls, options.memoryBytes);
  library.prepareSignals(cString(options.outOfMemory));
}

/**
 * The limit counts private writable memory. The engine reserves 512 MiB of it for code before a guest runs, so the present use is
 * added to the limit. A limit of address space would not work: the engine reserves 50 GiB of it.
 */
function limitMemory(calls: SystemCalls, memoryBytes: number): void {
  const result = limitData(calls, dataBytes(calls) + memoryBytes);
  if (result < 0) throw new BpfError(LIMIT_MEMORY, result);
}

/** Lowers RLIMIT_DATA, which counts private writable memory, to `sizeBytes` if it is higher. @returns 0 or a negative errno. */
function limitData(calls: SystemCalls, sizeBytes: number): number {
  const ownProcess = 0;
  const limits = new BigUint64Array(2);
  const prlimit = (wanted: BigUint64Array<ArrayBuffer> | null, old: BigUint64Array<ArrayBuffer> | null) =>
    calls.result(calls.symbols.prlimit64(NUMBER.prlimit64, ownProcess, RLIMIT_DATA, wanted, old));
  const result = prlimit(null, limits);
  if (result < 0) return result;
  return prlimit(limits.map((limit) => limit < BigInt(sizeBytes) ? limit : BigInt(sizeBytes)), null);
}

/** The sixth number of /proc/self/statm: pages of data and stack. */
function dataBytes(calls: SystemCalls): number {
  const path = "/proc/self/statm";
  try {
    const text = String.fromCharCode(...readFile(calls, path));
    return Number(text.split(" ")[5]) * calls.pageSizeBytes;
  } catch (cause) {
    if (!(cause instanceof BpfError)) throw cause;
    const hint = "mount /proc, or give --memory unlimited";
    throw new BpfError(LIMIT_MEMORY, cause.errno, { reason: `${path} cannot be read`, hint, cause });
  }
}
