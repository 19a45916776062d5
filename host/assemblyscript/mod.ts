/**
 * The functions of module `env` that AssemblyScript's compiler and standard library import: `abort`, `seed`, `trace`, `console`, clocks.
 *
 * They return no errors, so a string outside of the memory ends the guest.
 *
 * @module
 */

import { GuestError, WASI_ERRNO } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";
import type { ImportFunction, ImportTable } from "../core/imports.ts";
import { MemoryFault } from "../core/memory.ts";
import { shortText, textPieces } from "./strings.ts";

/** Writes bytes to the guest's descriptor. @returns 0, or the guest's errno. */
export type WriteOutput = (fd: number, bytes: Uint8Array<ArrayBuffer>) => number;

const STDOUT = 1;
const STDERR = 2;
/** The units of a message and of a file's name that a trap shows. */
const MAX_SHOWN = 2048;
const MAX_LABEL = 256;
/** More labels of `console.time` are not kept. */
const MAX_TIMERS = 1024;
const MAX_TRACED = 5;

/** The functions for a guest, by name. */
export function assemblyScriptFunctions(guest: GuestContext, write: WriteOutput): ImportTable {
  return new AssemblyScriptFunctions(guest, write).all();
}

/** The functions of one guest. */
class AssemblyScriptFunctions {
  readonly #guest: GuestContext;
  readonly #write: WriteOutput;
  #reported = false;
  readonly #timers = new Map<string, number>();
  readonly #encoder = new TextEncoder();

  constructor(guest: GuestContext, write: WriteOutput) {
    this.#guest = guest;
    this.#write = write;
  }

  /** All functions, by name. */
  all(): Record<string, ImportFunction> {
    return Object.fromEntries(
      Object.entries(this.#functions()).map(([name, call]) => [name, this.#guarded(name, call)]),
    );
  }

  #functions(): Record<string, ImportFunction> {
    const toStdout = (text: number) => this.#line(STDOUT, { text });
    const toStderr = (text: number) => this.#line(STDERR, { text });
    return {
      abort: (message: number, file: number, line: number, column: number) =>
        this.#abort(`${this.#shown(message)} at ${this.#shown(file)}:${line >>> 0}:${column >>> 0}`),
      seed: randomNumber,
      trace: (text: number, count: number, ...values: number[]) => this.#trace(text, count, values),
      "console.assert": (holds: number, text: number) => {
        if (holds === 0) this.#line(STDERR, { before: "Assertion failed: ", text });
      },
      "console.debug": toStdout,
      "console.info": toStdout,
      "console.log": toStdout,
      "console.error": toStderr,
      "console.warn": toStderr,
      "console.time": (label: number) => this.#startTimer(label),
      "console.timeLog": (label: number) => this.#showTimer(label),
      "console.timeEnd": (label: number) => {
        this.#showTimer(label);
        this.#timers.delete(this.#label(label));
      },
      "Date.now": () => Date.now(),
      "performance.now": () => performance.now(),
      "process.exit": (code: number) => this.#guest.cancellation.exit(code >>> 0),
    };
  }

  /** Without the guard, its handling of errors as numbers would hide them. Signals of the guest are handled as in other imports. */
  #guarded(name: string, call: ImportFunction): ImportFunction {
    const { cancellation, guard } = this.#guest;
    return (...parameters: readonly number[]) => {
      if (cancellation.reason !== undefined) throw cancellation.reason;
      let result: number | bigint | void;
      try {
        result = call(...parameters);
      } catch (error) {
        if (error instanceof MemoryFault) this.#end(this.#faultOf(name));
        if (error instanceof Error && !(error instanceof GuestError)) cancellation.fail(error);
        throw error;
      }
      guard.handleSignals();
      return result;
    };
  }

  #abort(text: string): never {
    this.#end(this.#guest.instance.isBound ? `abort: ${text}` : this.#faultOf("abort"));
  }

  /** The memory is known only after the module's start function, where asc puts the statements of a file by default. */
  #faultOf(name: string): string {
    return this.#guest.instance.isBound
      ? `${name} got a string that is not in its memory`
      : `${name} was called before _start (hint: build with --exportStart _start)`;
  }

  /** Ends the guest as a trap does. A guest that catches exceptions cannot continue. */
  #end(reason: string): never {
    return this.#guest.cancellation.fail(new GuestError("trap", `The guest trapped: ${reason}`));
  }

  /** The text of a string for a message. abort() also gets strings that are null. */
  #shown(pointer: number): string {
    if (pointer === 0) return "(no text)";
    try {
      return shortText(this.#guest.memory, pointer, MAX_SHOWN);
    } catch (error) {
      if (error instanceof MemoryFault) return "(text outside of the memory)";
      throw error;
    }
  }

  #trace(text: number, count: number, values: readonly number[]): void {
    const shown = values.slice(0, Math.min(count >>> 0, MAX_TRACED));
    this.#line(STDERR, { before: "trace: ", text, after: shown.length === 0 ? "" : ` ${shown.join(", ")}` });
  }

  #label(pointer: number): string {
    return shortText(this.#guest.memory, pointer, MAX_LABEL);
  }

  #startTimer(label: number): void {
    if (this.#timers.size < MAX_TIMERS) this.#timers.set(this.#label(label), performance.now());
  }

  #showTimer(label: number): void {
    const start = this.#timers.get(this.#label(label));
    if (start === undefined) return;
    this.#line(STDOUT, { text: label, after: `: ${(performance.now() - start).toFixed(3)}ms` });
  }

  /** Writes a line of text. A short one is a single write. */
  #line(fd: number, { before = "", text, after = "" }: { before?: string; text: number; after?: string }): void {
    let pending = before;
    for (const piece of textPieces(this.#guest.memory, text)) {
      if (pending.length > MAX_SHOWN) {
        this.#send(fd, pending);
        pending = "";
      }
      pending += piece;
    }
    this.#send(fd, `${pending}${after}\n`);
  }

  /** The functions have no result for an error, so the first failure is reported. */
  #send(fd: number, text: string): void {
    const errno = this.#write(fd, this.#encoder.encode(text));
    if (errno === 0 || this.#reported) return;
    this.#reported = true;
    const [name = `error ${errno}`] = Object.entries(WASI_ERRNO).find(([, number]) => number === errno) ?? [];
    this.#guest.guard.report(`Cannot write ${fd === STDOUT ? "stdout" : "stderr"} for the guest: ${name}`);
  }
}

function randomNumber(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return high + low / 2 ** 32;
}
