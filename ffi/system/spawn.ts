/**
 * Runs other programs: the compiler, for the command line.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import type { NativeLibrary } from "./library.ts";
import { KEYBOARD_SIGNAL, POSIX_SPAWN_SETSIGDEF, SIGPIPE } from "./linux_numbers.ts";
import { baseOf } from "./pointers.ts";
import type { SymbolTable } from "./symbol_table.ts";
import { PROCESS_SYMBOLS } from "./symbols/libc.ts";

/** More than the size of any of the structs of `spawn.h` (glibc: 336 bytes), whose layout is libc's own. */
const SPAWN_STRUCT_BYTES = 1024;
/** The size of libc's `sigset_t`. */
const SIGNAL_SET_BYTES = 128;
const STDOUT = 1;
const SIG_IGN = 1n;
/** The bits of a status of waitpid(2) with the signal that ended a program. */
const SIGNAL_BITS = 0x7f;

/** A program to run. It gets this process's environment, working directory and standard streams. */
export interface ProgramToRun {
  /** A path, or a name to look up in PATH. */
  readonly file: string;
  readonly args: readonly string[];
  /** The descriptor for its standard output, in place of this process's own. */
  readonly stdoutFd?: number | undefined;
}

/** The end of a program: its exit code, or the signal that ended it. */
export interface ProgramEnd {
  /** The exit code; 128 + N after signal N, as in shells. */
  readonly code: number;
  readonly signal: number | undefined;
}

/** Runs programs, one at a time. */
export class Programs implements Disposable {
  readonly #library: NativeLibrary;
  readonly #table: SymbolTable<typeof PROCESS_SYMBOLS>;
  /** The arguments of the program. A field keeps them alive, since only their addresses are passed. */
  #arguments: Uint8Array<ArrayBuffer>[] = [];

  constructor(library: NativeLibrary) {
    this.#library = library;
    this.#table = library.openLibc(PROCESS_SYMBOLS);
  }

  /**
   * An environment variable, also in a program with privileges that its user lacks. Such a program must use it only for what the
   * programs that it runs do.
   */
  environmentVariable(name: string): string | undefined {
    const value = this.#table.symbols.getenv(cString(name));
    return value === null ? undefined : Deno.UnsafePointerView.getCString(value);
  }

  /**
   * Runs a program and waits for its end. Ctrl-C ends the program but not this process, which can clean up and then call
   * {@link endBySignal}.
   *
   * @throws {BpfError} when it cannot be started: ENOENT, EACCES, E2BIG ...
   */
  run(program: ProgramToRun): ProgramEnd {
    const before = this.#ignoreKeyboard();
    try {
      return this.#wait(this.#spawn(program), program);
    } finally {
      for (const [signal, action] of before) this.#table.symbols.signal(signal, action);
    }
  }

  /** Ends this process as `signal` does by default. */
  endBySignal(signal: number): void {
    this.#library.libc.resetSignal(signal);
    this.#table.symbols.raise(signal);
  }

  [Symbol.dispose](): void {
    this.#table.close();
  }

  #ignoreKeyboard(): [signal: number, action: Deno.PointerValue][] {
    const ignore = Deno.UnsafePointer.create(SIG_IGN);
    return Object.values(KEYBOARD_SIGNAL).map((signal) => [signal, this.#table.symbols.signal(signal, ignore)]);
  }

  #spawn({ file, args, stdoutFd }: ProgramToRun): number {
    const { symbols } = this.#table;
    const actions = new Uint8Array(SPAWN_STRUCT_BYTES);
    const attributes = new Uint8Array(SPAWN_STRUCT_BYTES);
    const pid = new Int32Array(1);
    this.#arguments = [file, ...args].map(cString);
    const argv = BigUint64Array.from([...this.#arguments.map((text) => BigInt(baseOf(text))), 0n]);
    symbols.posix_spawn_file_actions_init(actions);
    symbols.posix_spawnattr_init(attributes);
    try {
      if (stdoutFd !== undefined) symbols.posix_spawn_file_actions_adddup2(actions, stdoutFd, STDOUT);
      symbols.posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF);
      symbols.posix_spawnattr_setsigdefault(attributes, defaultSignals());
      const errno = symbols.posix_spawnp(pid, cString(file), actions, attributes, argv, this.#environment());
      if (errno !== 0) throw notRun(file, errno);
      return pid[0] ?? 0;
    } finally {
      symbols.posix_spawnattr_destroy(attributes);
      symbols.posix_spawn_file_actions_destroy(actions);
    }
  }

  /** libc's variable `environ`. */
  #environment(): Deno.PointerValue {
    const variable = this.#library.findInLibc("environ");
    return variable === null ? null : new Deno.UnsafePointerView(variable).getPointer();
  }

  #wait(pid: number, { file }: ProgramToRun): ProgramEnd {
    const status = new Int32Array(1);
    while (this.#table.symbols.waitpid(pid, status, 0) < 0) {
      const { errno } = this.#library.libc;
      if (errno !== LINUX_ERRNO.EINTR) throw notRun(file, errno);
    }
    const [word = 0] = status;
    const signal = word & SIGNAL_BITS;
    return signal === 0 ? { code: (word >> 8) & 0xff, signal: undefined } : { code: 128 + signal, signal };
  }
}

function notRun(file: string, errno: number): BpfError {
  return new BpfError({ operation: "run", kind: "file", subject: file, words: `"${file}"` }, errno);
}

/** The signals that this process or Deno ignores, and that a program expects with their default actions. */
function defaultSignals(): Uint8Array<ArrayBuffer> {
  const set = new Uint8Array(SIGNAL_SET_BYTES);
  let bits = 0n;
  for (const signal of [SIGPIPE, ...Object.values(KEYBOARD_SIGNAL)]) bits |= 1n << BigInt(signal - 1);
  new DataView(set.buffer).setBigUint64(0, bits, true);
  return set;
}
