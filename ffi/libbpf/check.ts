/**
 * Turns results of libbpf into values or errors.
 *
 * @module
 */

import { BpfError, errnoName, type LogReading, type Operation, readLog } from "../../errors/mod.ts";
import { effectiveCapabilities } from "../system/capabilities.ts";
import { readFile } from "../system/read_file.ts";
import type { SystemCalls } from "../system/system_calls.ts";
import { hintFor, type Subject, type Surroundings } from "./hints.ts";
import type { LibbpfLog } from "./log.ts";

/** Finds the programs and maps that a failed operation concerned. */
export type SubjectOf = (reading: LogReading) => Subject;

/** Turns results into values, or into errors with the log and a hint. There is one for each {@link LibbpfLog}. */
export class Checker {
  readonly #log: Pick<LibbpfLog, "take">;
  readonly #calls: SystemCalls;
  #subjectOf: SubjectOf | undefined;

  constructor(log: Pick<LibbpfLog, "take">, calls: SystemCalls) {
    this.#log = log;
    this.#calls = calls;
  }

  /** Clears the log before the next operation. `subjectOf` is called for the hint if the operation fails. */
  begin(subjectOf?: SubjectOf): void {
    this.#subjectOf = subjectOf;
    this.#log.take();
  }

  /** Returns `result` when it is not negative. @throws {BpfError} otherwise. */
  value(operation: Operation, result: number): number {
    if (result < 0) throw this.error(operation, result);
    return result;
  }

  /**
   * The error for a refused operation, with its log. It has a hint when there is evidence for one.
   *
   * @param subjectOf by default that of {@link begin}.
   */
  error(operation: Operation, errno: number, subjectOf: SubjectOf | undefined = this.#subjectOf): BpfError {
    const log = this.#log.take();
    const reading = readLog(log);
    const refusal = { code: errnoName(Math.abs(errno)), log, reading, subject: subjectOf?.(reading) };
    return new BpfError(operation, errno, { log, hint: hintFor(refusal, this.#here) });
  }

  readonly #here: Surroundings = {
    machine: Deno.build.arch,
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
