/**
 * `wasm-bpf [run] [options] MODULE [guest arguments...]`.
 *
 * @module
 */

import { BpfError, GuestError } from "../errors/mod.ts";
import { DEFAULT_MAX_LINKS, LARGEST_MAX_LINKS } from "../host/core/allowances.ts";
import { DEFAULT_NAMES } from "../host/guest.ts";
import { runGuestOn, type RunGuestOptions } from "../host/mod.ts";
import { openSystem } from "../ffi/mod.ts";
import { Files } from "../ffi/system/files.ts";
import { command, runCommand } from "./command.ts";
import { confinementOf } from "./confinement.ts";
import { parseDuration } from "./duration.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { reportInternalError } from "./internal_error.ts";
import { bufferLine, events, lossLine } from "./losses.ts";
import { DEFAULT_MEMORY, parseBufferSize, parseMemorySize } from "./memory_size.ts";
import { resolveNeeds } from "./needs.ts";
import { anyText, flag, HELP, list, type Refuse, single } from "./options.ts";
import { printError, printLines, writeOutput } from "./output.ts";
import type { ParsePolicy } from "./policy_file.ts";
import { parseDirectory, parseVariable } from "./resources.ts";
import { type AddPolicy, pinOf, POLICY_OPTIONS, policyReader } from "./run_policy.ts";
import { stackLine } from "./stack_line.ts";
import { readFrom } from "./standard_input.ts";
import { SUBCOMMANDS, unknownSubcommand } from "./subcommand_names.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION, versionText } from "./version.ts";

const OPTIONS = {
  verbose: flag({ letter: "v", help: "shows the whole log of libbpf and the verifier after a refusal" }),
  quiet: flag({ help: "writes nothing to stderr except the guest's own output and the error that ends the run" }),
  env: list({
    value: "NAME=VALUE",
    parse: parseVariable,
    help: "an environment variable for the guest, which gets no others; may be repeated",
  }),
  dir: list({
    value: "HOST[::GUEST][:ro]",
    parse: parseDirectory,
    help: "a directory, or a single file, for the guest, which gets no others; may be repeated",
  }),
  "grant-needs": flag({ help: "gives the guest the files and directories that the module records (see inspect)" }),
  "keep-caps": flag({
    help: "leaves the process its capabilities, files and system calls; by default it keeps those that guests use",
  }),
  memory: single({
    value: "SIZE",
    parse: parseMemorySize,
    ...DEFAULT_MEMORY,
    help: "the memory limit of the guest and its compilation: 16MiB, 2GiB, unlimited",
  }),
  timeout: single({
    value: "DURATION",
    parse: parseDuration,
    help: "the time after which the guest is ended, with exit code 124: 500ms, 5s, 1m30s; no limit by default",
  }),
  btf: single({
    value: "PATH",
    parse: anyText,
    help: "a file with the kernel's BTF, for kernels without /sys/kernel/btf/vmlinux",
  }),
  pin: single({
    value: "DIR",
    parse: anyText,
    help: "a directory of a BPF file system in which the guest may pin maps, programs and links; they stay there",
  }),
  "buffer-size": list({
    value: "[MAP=]SIZE",
    parse: parseBufferSize,
    help: "the size of the guest's event buffers, or of one; perf buffers have it for each CPU; may be repeated",
  }),
  "fail-on-loss": flag({ help: "ends the guest with exit code 123 when events were lost" }),
  "callback-export": single({
    value: "NAME",
    parse: anyText,
    default: DEFAULT_NAMES.callbackExport,
    help: "the exported function for callbacks of guests without a function table",
  }),
  "wrapper-module": single({
    value: "NAME",
    parse: anyText,
    default: DEFAULT_NAMES.wrapperModule,
    help: "the import module of their poll function",
  }),
  "allow-gc": flag({ help: "lets a module use the engine's garbage collector (Kotlin, Dart, OCaml)" }),
  "max-links": single({
    value: "N",
    parse: parseLinks,
    help: "the number of programs that the guest may have attached at once; detaching each can take 75 ms " +
      `(default: ${DEFAULT_MAX_LINKS})`,
  }),
  ...POLICY_OPTIONS,
  version: flag({ standsAlone: true, help: "the versions of wasm-bpf, Deno, V8 and libbpf" }),
  help: HELP,
};

const NOTES = `Examples:
  sudo wasm-bpf runqlat.wasm 1           a histogram of scheduler latency, every second
  sudo wasm-bpf bootstrap.wasm -d 100    processes that lived 100 ms or more
  sudo wasm-bpf --dir /sys/fs/cgroup::/cgroup:ro guest.wasm
  sudo wasm-bpf --allow-network=eth0 xdp.wasm eth0
  curl -s https://example.com/x.wasm | sudo wasm-bpf -
  wasm-bpf inspect runqlat.wasm          needs no privilege

Exit code: the guest's own; 2 wrong arguments, 123 events were lost with --fail-on-loss, 124 the time limit was reached,
125 the host failed, 126 not a module that can run, 127 no such file, 134 the guest trapped or ran out of memory;
128 + N when signal N ended it.

Environment: WASM_BPF_LIBBPF names the libbpf to use. A binary with file capabilities ignores it.`;

const RUN = command({
  task: "run",
  operands: { noun: "MODULE", min: 1, max: Infinity, endOptions: true },
  options: OPTIONS,
  page: {
    of: "",
    title: `wasm-bpf ${VERSION}: runs WebAssembly programs that drive eBPF.`,
    usage: [
      ["[run] [options] MODULE [guest arguments...]", ""],
      ...Object.values(SUBCOMMANDS).map(({ usage, summary }) => [usage, summary] as const),
    ],
    about: [
      'Everything after MODULE goes to the guest unchanged. MODULE or FILE may be "-" for standard input. The eBPF programs ' +
      "of a module run in the kernel, and can observe everything there. They change something only with a permission.",
    ],
    options: OPTIONS,
    notes: NOTES,
  },
});

const MAX_RESERVE_BYTES = 16 << 20;
const MEMORY_HINT = "(hint: --memory SIZE gives the guest more)";

/** A module to run, with its options. */
interface Request {
  readonly module: string;
  /** True when no subcommand was given, so that `module` may be a mistyped one. */
  readonly mayBeSubcommand: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** The memory limit of the guest and its compilation; undefined for no limit. */
  readonly memoryBytes: number | undefined;
  /** True when the guest gets the files and directories that the module records. */
  readonly grantNeeds: boolean;
  /** True when nothing may change the machine. */
  readonly readOnly: boolean;
  /** Adds the policy to the options of the guest, with what a policy file gives. */
  readonly withPolicy: AddPolicy;
  /** True when the process is not confined. */
  readonly keepCaps: boolean;
  readonly guest: RunGuestOptions;
}

/**
 * Runs a module.
 *
 * @param options.isSubcommandLeftOut true when `args` do not follow the word `run`.
 * @param options.parsePolicy parses policy files; undefined if no argument names one.
 * @returns the exit code.
 */
export function run(
  args: readonly string[],
  { isSubcommandLeftOut = false, parsePolicy }: {
    isSubcommandLeftOut?: boolean;
    parsePolicy?: ParsePolicy | undefined;
  } = {},
): number {
  return runCommand(RUN, args, (given) => {
    if (given.get("version")) return writeOutput(`${versionText()}\n`);
    const [module = "", ...guestArgs] = given.operands;
    return runModule({
      module,
      mayBeSubcommand: isSubcommandLeftOut,
      verbose: given.get("verbose"),
      quiet: given.get("quiet"),
      memoryBytes: given.get("memory"),
      keepCaps: given.get("keep-caps"),
      grantNeeds: given.get("grant-needs"),
      readOnly: given.get("read-only"),
      withPolicy: policyReader(given, parsePolicy),
      guest: {
        name: module,
        args: guestArgs,
        env: Object.fromEntries(given.get("env")),
        preopens: given.get("dir"),
        btfPath: given.get("btf"),
        pinPath: pinOf(given),
        callbackExport: given.get("callback-export"),
        wrapperModule: given.get("wrapper-module"),
        allowGc: given.get("allow-gc"),
        maxLinks: given.get("max-links"),
        bufferSizes: Object.fromEntries(given.get("buffer-size")),
        failOnLoss: given.get("fail-on-loss"),
        timeoutMs: given.get("timeout"),
      },
    });
  });
}

function runModule(request: Request): number {
  const { module, memoryBytes, quiet, readOnly } = request;
  let lost = 0;
  const reportTotal = () => {
    if (lost > 0 && !quiet) printError(`Lost ${events(lost)} in all`);
  };
  try {
    using system = openSystem();
    system.prepareProcess({ memoryBytes, outOfMemory: `wasm-bpf: Cannot continue: out of memory ${MEMORY_HINT}` });
    const guest = request.withPolicy(system, request.guest);
    // Reading the kernel's BTF takes longest, so it starts before the module is read.
    if (guest.btfPath === undefined) system.prefetchKernelBtf();
    const bytes = readFrom(system, module);
    const needs = resolveNeeds({
      module,
      bytes,
      given: guest.preopens ?? [],
      grant: request.grantNeeds,
      exists: (path) => new Files(system.calls).exists(path),
    });
    if ("problem" in needs) {
      printError(needs.problem);
      return EXIT.NOT_RUNNABLE;
    }
    const granted = {
      ...guest,
      ...readOnly && { readOnly, pinPath: undefined },
      preopens: readOnly ? needs.preopens.map((one) => ({ ...one, readOnly })) : needs.preopens,
    };
    return runGuestOn(bytes, {
      ...granted,
      system,
      beforeGuest: request.keepCaps ? undefined : system.confineProcess(confinementOf(system, { bytes, ...granted })),
      beforeSignalEnd: reportTotal,
      maxMemoryBytes: memoryBytes === undefined ? undefined : memoryBytes - reserveOf(memoryBytes),
      onProblem: (problem) => {
        if (!quiet) report(problem, request);
      },
      onLost: (count, buffer) => {
        lost += count;
        if (!quiet) printError(lossLine(count, buffer));
      },
      onBuffers: (buffers) => {
        if (request.verbose) { for (const buffer of buffers) printError(bufferLine(buffer)); }
      },
    }) & 0xff;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return failed(error, request);
  } finally {
    reportTotal();
  }
}

/**
 * The part of the memory limit that the guest's memory cannot take. The engine compiles in the background and collects garbage, and
 * ends the process when it gets no memory for that.
 */
function reserveOf(memoryBytes: number): number {
  return Math.min(memoryBytes / 16, MAX_RESERVE_BYTES);
}

function report(problem: BpfError | string, { verbose }: Request): void {
  if (typeof problem === "string") return printError(problem);
  if (verbose) { for (const line of problem.log) printError(line); }
  printError(problem.message);
}

/** Writes one line for the error that ended the run. @returns the exit code. */
function failed(error: unknown, request: Request): number {
  if (error instanceof BpfError) {
    const unknown = isMissingModule(error, request) ? unknownSubcommand(request.module) : undefined;
    if (unknown === undefined) report(error, request);
    else printError(unknown);
  } else if (error instanceof GuestError) {
    reportGuestError(error, request);
  } else {
    return reportInternalError(error, { withStack: request.verbose });
  }
  return exitCodeOf(error);
}

/** True when a word that may be a subcommand was not found as a module. */
function isMissingModule({ operation, kind, subject, code }: BpfError, { module, mayBeSubcommand }: Request): boolean {
  return mayBeSubcommand && operation === "read" && kind === "file" && subject === module && code === "ENOENT";
}

function reportGuestError({ code, message, guestStack, cause }: GuestError, { verbose }: Request): void {
  printError(code === "out-of-memory" ? `${message} ${MEMORY_HINT}` : message);
  if (verbose && cause instanceof Error && cause.stack) printLines(cause.stack);
  else if (guestStack.length > 0) printError(`in ${stackLine(guestStack)}`);
}

function parseLinks(text: string, refuse: Refuse): number {
  if (/^\d{1,7}$/.test(text) && Number(text) <= LARGEST_MAX_LINKS) return Number(text);
  return refuse(`"${text}" is not a number from 0 to ${LARGEST_MAX_LINKS}`);
}
