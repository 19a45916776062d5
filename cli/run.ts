/**
 * `wasm-bpf [run] [options] MODULE [guest arguments...]`.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { BpfError, GuestError } from "../errors/mod.ts";
import { LARGEST_MAX_LINKS } from "../host/core/allowances.ts";
import { parsePreopen, runGuestOn, type RunGuestOptions } from "../host/mod.ts";
import { openSystem } from "../ffi/mod.ts";
import { EXIT, exitCodeOf, isUsageError, UsageError } from "./exit.ts";
import { DEFAULT_MEMORY, parseMemorySize } from "./memory_size.ts";
import { printError, writeOutput } from "./output.ts";
import { readFrom } from "./standard_input.ts";
import { stackLine } from "./stack_line.ts";
import { unknownSubcommand } from "./subcommand_names.ts";
import { VERSION, versionText } from "./version.ts";

const HELP = `wasm-bpf ${VERSION}: runs WebAssembly programs that drive eBPF.

Usage:
  wasm-bpf [run] [options] MODULE [guest arguments...]
  wasm-bpf inspect FILE                  what a module or a .bpf.o holds
  wasm-bpf gen skeleton|types FILE       C headers for guests

Everything after MODULE is the guest's, untouched. MODULE or FILE may be "-": standard input. A module's eBPF programs run
in the kernel with the rights of this process: run only modules that you would run as root.

Options:
  -v, --verbose              the whole log of libbpf and the verifier when something is refused
      --quiet                nothing on stderr but the guest's own words
      --env NAME=VALUE       a variable for the guest (repeatable; it gets none otherwise)
      --dir HOST[::GUEST][:ro]
                             a directory for the guest (repeatable; it gets none otherwise)
      --memory SIZE          memory for the guest: 16MiB, 2GiB, unlimited (${DEFAULT_MEMORY})
      --btf PATH             the kernel's BTF, where /sys/kernel/btf/vmlinux is missing
      --pin DIR              a directory of a BPF file system in which objects may pin maps (they may not otherwise)
      --allow-persistent-struct-ops
                             struct_ops may stay in the kernel when the process is killed
      --callback-export NAME the export that guests without a function table are called back by (go-callback)
      --wrapper-module NAME  the import module of their poll (callback-wrapper)
      --allow-gc             let a module use the engine's garbage collector (Kotlin, Dart, OCaml)
      --max-links N          the number of programs that the guest may have attached at once (512); each can take 75 ms to detach
      --version              versions of wasm-bpf, Deno, V8 and libbpf
  -h, --help                 this text

Examples:
  sudo wasm-bpf runqlat.wasm 1           a histogram of scheduler latency, every second
  sudo wasm-bpf bootstrap.wasm -d 100    processes that lived 100 ms or more
  sudo wasm-bpf --dir /sys/fs/cgroup::/cgroup:ro guest.wasm
  curl -s https://example.com/x.wasm | sudo wasm-bpf -
  wasm-bpf inspect runqlat.wasm          needs no privilege

Exit code: the guest's own; 125 the host failed, 126 not a module that can run, 127 no such file, 134 the guest trapped
or ran out of memory; 128 + N when signal N ended it.

Environment: WASM_BPF_LIBBPF names the libbpf to use (ignored by a binary with capabilities of its own).`;

const MEMORY_HINT = "(hint: --memory SIZE gives the guest more)";

interface Options {
  module: string;
  guestArgs: readonly string[];
  verbose: boolean;
  quiet: boolean;
  /** The memory limit of the guest and its compilation; undefined for no limit. */
  memoryBytes: number | undefined;
  guest: RunGuestOptions;
}

/**
 * Runs a module. @param isSubcommandLeftOut no subcommand was given, so MODULE may be a mistyped one.
 *
 * @returns the exit code.
 */
export function run(args: readonly string[], { isSubcommandLeftOut = false } = {}): number {
  const parsed = parse(args);
  if (parsed === "help") return writeOutput(`${HELP}\n`);
  if (parsed === "version") return writeOutput(`${versionText()}\n`);
  return runModule({ ...parsed, isSubcommandLeftOut });
}

function runModule(options: Options & { isSubcommandLeftOut: boolean }): number {
  let lost = 0;
  try {
    using system = openSystem();
    system.prepareProcess({
      memoryBytes: options.memoryBytes,
      outOfMemory: `wasm-bpf: Cannot go on: out of memory ${MEMORY_HINT}`,
    });
    // The kernel's BTF takes longest to read, so the prefetch starts before the module is read.
    if (options.guest.btfPath === undefined) system.prefetchKernelBtf();
    const bytes = readFrom(system, options.module);
    return runGuestOn(bytes, {
      ...options.guest,
      system,
      name: options.module,
      args: options.guestArgs,
      onProblem: (problem) => report(problem, options),
      onLost: (count) => {
        lost += count;
        if (!options.quiet) printError(`Lost ${count} events`);
      },
    }) & 0xff;
  } catch (error) {
    if (isUsageError(error)) throw error;
    const isWord = options.isSubcommandLeftOut && isMissingModule(error);
    const unknown = isWord ? unknownSubcommand(options.module) : undefined;
    if (unknown === undefined) return failed(error, options);
    printError(unknown);
    return EXIT.NOT_FOUND;
  } finally {
    if (lost > 0 && !options.quiet) printError(`Lost ${lost} events in all`);
  }
}

function report(problem: BpfError | string, options: Options): void {
  if (options.quiet) return;
  if (typeof problem === "string") return printError(problem);
  if (options.verbose) { for (const line of problem.log) printError(line); }
  printError(problem.message);
}

/** True when the module could not be read because there is none: a run reads no other file. */
function isMissingModule(error: unknown): boolean {
  return error instanceof BpfError && error.operation === "read" && error.code === "ENOENT";
}

/** One line for what ended the run, and the exit code for it. */
function failed(error: unknown, options: Options): number {
  if (error instanceof BpfError) {
    report(error, { ...options, quiet: false });
    return exitCodeOf(error);
  }
  if (error instanceof GuestError) {
    return guestFailed(error, options);
  }
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  printError(`Cannot go on: ${message} (a bug of wasm-bpf; --verbose shows where)`);
  if (options.verbose) printLines(stack);
  return EXIT.HOST;
}

function guestFailed(error: GuestError, { verbose }: Options): number {
  const { code, message, guestStack, cause } = error;
  printError(code === "out-of-memory" ? `${message} ${MEMORY_HINT}` : message);
  if (verbose && cause instanceof Error && cause.stack) printLines(cause.stack);
  else if (guestStack.length > 0) printError(`in ${stackLine(guestStack)}`);
  return code === "trap" || code === "out-of-memory" ? EXIT.TRAP : EXIT.NOT_RUNNABLE;
}

function printLines(text: string): void {
  for (const line of text.split("\n")) printError(line);
}

/** Options with a value. */
const WITH_VALUE = ["env", "dir", "memory", "btf", "pin", "max-links", "callback-export", "wrapper-module"];

function parse(args: readonly string[]): Options | "help" | "version" {
  // The library needs 0.25 ms even for no option.
  const hasOptions = args[0]?.startsWith("-") ?? false;
  const parsed: Readonly<Record<string, unknown>> & { readonly _: readonly unknown[] } = hasOptions
    ? parseOptions(args)
    : { _: args };
  if (parsed["help"]) return "help";
  if (parsed["version"]) return "version";
  // parseArgs() drops the first "--", which is the guest's when it comes after MODULE.
  const words = parsed._.length;
  const guestDashes = hasOptions && args.indexOf("--") > args.length - words - 1 ? 1 : 0;
  const options = {
    verbose: parsed["verbose"] === true,
    quiet: parsed["quiet"] === true,
    memoryBytes: parseMemorySize(text(parsed["memory"], "--memory") ?? DEFAULT_MEMORY),
    guest: {
      env: Object.fromEntries(texts(parsed["env"]).map(variable)),
      preopens: texts(parsed["dir"]).map(preopen),
      allowGc: parsed["allow-gc"] === true,
      maxLinks: count(parsed["max-links"], "--max-links"),
      btfPath: text(parsed["btf"], "--btf"),
      pinPath: text(parsed["pin"], "--pin"),
      allowPersistentStructOps: parsed["allow-persistent-struct-ops"] === true,
      callbackExport: text(parsed["callback-export"], "--callback-export"),
      wrapperModule: text(parsed["wrapper-module"], "--wrapper-module"),
    },
  };
  const [module, ...guestArgs] = args.slice(args.length - words - guestDashes);
  if (module === undefined) throw new UsageError("Cannot run: no MODULE given");
  return { module, guestArgs, ...options };
}

function parseOptions(args: readonly string[]) {
  return parseArgs(args, {
    boolean: ["verbose", "quiet", "allow-gc", "allow-persistent-struct-ops", "help", "version"],
    string: ["_", ...WITH_VALUE],
    collect: WITH_VALUE,
    alias: { verbose: "v", help: "h" },
    stopEarly: true,
    unknown: (argument, key) => {
      if (key !== undefined) throw new UsageError(`Cannot run: unknown option "${argument}"`);
    },
  });
}

/** Every value of an option, in order. */
function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The value of an option that may be given once. @throws {UsageError} */
function text(value: unknown, option: string): string | undefined {
  const [first, ...more] = texts(value);
  if (first === "") throw new UsageError(`Cannot run: ${option} needs a value`);
  if (more.length > 0) throw new UsageError(`Cannot run: ${option} is given twice`);
  return first;
}

/** @throws {UsageError} */
function count(value: unknown, option: string): number | undefined {
  const words = text(value, option);
  if (words === undefined) return undefined;
  if (/^\d{1,7}$/.test(words) && Number(words) <= LARGEST_MAX_LINKS) return Number(words);
  throw new UsageError(`Cannot run: ${option} "${words}" is no number from 0 to ${LARGEST_MAX_LINKS}`);
}

function variable(assignment: string): [string, string] {
  const equals = assignment.indexOf("=");
  if (equals <= 0) throw new UsageError(`Cannot run: --env "${assignment}" is not NAME=VALUE`);
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

function preopen(value: string) {
  try {
    return parsePreopen(value);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
