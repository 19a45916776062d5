/**
 * From what libbpf returned to a value or a {@link BpfError} that says what to do.
 *
 * @module
 */

import { BpfError, errnoName, type LogReading, readLog } from "../../errors/mod.ts";
import { hintFor, type Subject, type Surroundings } from "./hints.ts";
import { effectiveCapabilities } from "../system/capabilities.ts";
import { readFile } from "../system/read_file.ts";
import type { SystemCalls } from "../system/system_calls.ts";
import type { LibbpfLog } from "./log.ts";

/** Finds the programs and maps that a failed operation concerned. */
export type SubjectOf = (reading: LogReading) => Subject;

/** Turns results into values or errors; made once per {@link LibbpfLog}. */
export class Checker {
  readonly #log: LibbpfLog;
  readonly #calls: SystemCalls;
  #subjectOf: SubjectOf | undefined;

  constructor(log: LibbpfLog, calls: SystemCalls) {
    this.#log = log;
    this.#calls = calls;
  }

  /** Clears the log before the next operation. `subjectOf` is called for the hint if the operation fails. */
  begin(subjectOf?: SubjectOf): void {
    this.#subjectOf = subjectOf;
    this.#log.take();
  }

  /** `result` when it is not negative. @throws {BpfError} otherwise. */
  value(operation: string, result: number): number {
    if (result < 0) throw this.error(operation, result);
    return result;
  }

  /** The error for a refused operation, with the log of it and a hint where there is evidence for one. */
  error(operation: string, errno: number): BpfError {
    const log = this.#log.take();
    const reading = readLog(log);
    const refusal = { code: errnoName(Math.abs(errno)), log, reading, subject: this.#subjectOf?.(reading) };
    return new BpfError(operation, errno, { log, hint: hintFor(refusal, this.#here) });
  }

  readonly #here: Surroundings = {
    capabilities: () => effectiveCapabilities(this.#calls),
    readText: (path) => {
      try {
        return new TextDecoder().decode(readFile(this.#calls, path));
      } catch {
        return undefined;
      }
    },
  };
}
