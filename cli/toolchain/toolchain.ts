/**
 * Runs the programs of a toolchain.
 *
 * @module
 */

import { BpfError, FormatError } from "../../errors/mod.ts";
import { HostFiles } from "../../ffi/system/host_files.ts";
import { type ProgramEnd, Programs } from "../../ffi/system/spawn.ts";
import { type NativeSystem, openSystem } from "../../ffi/system/system.ts";
import { EXIT, exitCodeOf } from "../exit.ts";
import { printError, printLines } from "../output.ts";

/** A part of the toolchain is missing. The message is one line, with the command that installs the part. */
export class MissingToolError extends Error {
  override readonly name = "MissingToolError";
}

/** A program of the toolchain failed, and has written the reason itself. */
export class ProgramFailed extends Error {
  override readonly name = "ProgramFailed";
  /** The program, by name or path. */
  readonly file: string;
  readonly end: ProgramEnd;

  constructor(file: string, end: ProgramEnd) {
    super(`exit code ${end.code}`);
    this.file = file;
    this.end = end;
  }
}

/** A program, with the directory and the environment that it needs. */
export interface ProgramIn {
  readonly file: string;
  readonly args: readonly string[];
  /** Its working directory. Relative paths in `args` are then relative to this directory. */
  readonly directory: string;
  /** Variables besides those of this process: "GOOS=wasip1". */
  readonly variables: readonly string[];
}

/** The result must not be used. The message is one line. */
export class RefusedGuest extends Error {
  override readonly name = "RefusedGuest";
}

/** The programs and files of the host. */
export class Toolchain implements Disposable {
  readonly system: NativeSystem;
  readonly files: HostFiles;
  readonly #programs: Programs;
  readonly #verbose: boolean;

  /** @param options.verbose true to show each command on stderr. */
  constructor({ verbose }: { verbose: boolean }) {
    this.system = openSystem();
    this.files = new HostFiles(this.system.calls);
    this.#programs = new Programs(this.system.library);
    this.#verbose = verbose;
  }

  environmentVariable(name: string): string | undefined {
    const value = this.#programs.environmentVariable(name);
    return value === "" ? undefined : value;
  }

  /** The path of a program in PATH; undefined if there is none of this name. */
  find(name: string): string | undefined {
    const directories = (this.environmentVariable("PATH") ?? "").split(":").filter((path) => path !== "");
    return directories.map((path) => `${path}/${name}`).find((path) => this.files.isProgram(path));
  }

  /** Runs a program. @throws {ProgramFailed} when its exit code is not 0. @throws {BpfError} when it cannot be started. */
  run(file: string, args: readonly string[]): void {
    this.#show(file, args);
    const end = this.#programs.run({ file, args });
    if (end.code !== 0) throw new ProgramFailed(file, end);
  }

  /** Runs a program in another directory and environment. @throws as {@link run} does. */
  runIn({ file, args, directory, variables }: ProgramIn): void {
    try {
      this.run("env", [`--chdir=${directory}`, ...variables, file, ...args]);
    } catch (error) {
      throw error instanceof ProgramFailed ? new ProgramFailed(file, error.end) : error;
    }
  }

  /** Runs a program, and returns its standard output. @throws as {@link run} does. */
  outputOf(file: string, args: readonly string[]): string {
    this.#show(file, args);
    const { libc } = this.system.library;
    const stdoutFd = libc.createMemoryFile("output", new Uint8Array());
    try {
      const end = this.#programs.run({ file, args, stdoutFd });
      if (end.code !== 0) throw new ProgramFailed(file, end);
      return new TextDecoder().decode(this.system.readFile(`/proc/self/fd/${stdoutFd}`));
    } finally {
      libc.close(stdoutFd);
    }
  }

  /** Ends this process as `signal` does by default. */
  endBySignal(signal: number): void {
    this.#programs.endBySignal(signal);
  }

  [Symbol.dispose](): void {
    this.#programs[Symbol.dispose]();
    this.system[Symbol.dispose]();
  }

  #show(file: string, args: readonly string[]): void {
    if (this.#verbose) printLines([file, ...args].map(shellWord).join(" "));
  }
}

/** A word as a shell reads it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Runs `action` with the toolchain. Prints a line for each error that is not a failed program's, since that has written its own.
 *
 * @returns the exit code of `action`, or of the program that failed.
 */
export function withToolchain(options: { verbose: boolean }, action: (tools: Toolchain) => number): number {
  using tools = new Toolchain(options);
  try {
    return action(tools);
  } catch (error) {
    if (error instanceof ProgramFailed) {
      if (error.end.signal !== undefined) tools.endBySignal(error.end.signal);
      return error.end.code;
    }
    const code = codeOf(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    printError(error.message);
    return code;
  }
}

/** The exit code for an error that one line explains; undefined for any other error. */
function codeOf(error: unknown): number | undefined {
  if (error instanceof MissingToolError) return EXIT.NOT_FOUND;
  if (error instanceof RefusedGuest) return EXIT.FAILED;
  return error instanceof BpfError || error instanceof FormatError ? exitCodeOf(error) : undefined;
}
