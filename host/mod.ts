/**
 * The WebAssembly side: runs guests that drive eBPF.
 *
 * @module
 */

import { type BpfError, GuestError } from "../errors/mod.ts";
import { Files } from "../ffi/system/files.ts";
import { type Libbpf, type NativeSystem, openLibbpf, openSystem, type System } from "../ffi/mod.ts";
import { BufferSizes } from "./core/buffer_sizes.ts";
import { ProcExit } from "./core/cancellation.ts";
import { GuestContext } from "./core/context.ts";
import type { BufferReport } from "./core/event_losses.ts";
import { type CompiledGuest, compileGuest, DEFAULT_NAMES, linkGuest, startGuest, trapOf } from "./guest.ts";
import { importTables } from "./import_tables.ts";
import { bufferOpener, EventBuffer } from "./pump/mod.ts";
import type { Counters } from "./core/counters.ts";
import type { GuestPolicy } from "./core/policy/guest_policy.ts";
import { limitsOf, type PolicyLayer, policyRules } from "./core/policy/layers.ts";
import { layersOf } from "./core/policy/run_layers.ts";
import type { Policy } from "./core/requests.ts";
import type { SharedMemoryMode } from "./core/shared_memory.ts";
import { withLongStacks } from "./guest_stack.ts";
import { checkStandardStreams } from "./standard_streams.ts";
import { TimeLimit } from "./time_limit.ts";
import { parsePreopen, type Preopen, Wasi } from "./wasi/mod.ts";

export { type BufferReport, parsePreopen, type Preopen };

/**
 * Options of {@link runGuest}. All are optional.
 *
 * A guest's WebAssembly code can reach only the files and variables that are named here. Its eBPF programs run in the kernel with
 * this process's rights, and can read any memory.
 *
 * @example
 * ```ts
 * import { type RunGuestOptions } from "@wasm-bpf/wasm-bpf";
 *
 * const options: RunGuestOptions = {
 *   name: "opensnoop",
 *   args: ["-p", "1"],
 *   env: { TZ: "UTC" },
 *   preopens: [{ hostPath: "/sys/fs/cgroup", guestPath: "/cgroup", readOnly: true }],
 *   maxLinks: 8,
 *   onProblem: (problem) => console.error(problem),
 *   onLost: (count) => console.error(`lost ${count} events`),
 * };
 * ```
 */
export interface RunGuestOptions {
  /** `argv[0]`; also names the guest's objects. "guest" by default. */
  name?: string;
  /** The arguments after `argv[0]`. */
  args?: readonly string[];
  /** The guest's environment variables: none by default. */
  env?: Readonly<Record<string, string>>;
  /** Directories of the host that the guest may reach. */
  preopens?: readonly Preopen[];
  /** This process's descriptor for the guest's stdin: 0 by default. It stays the caller's. */
  stdin?: number;
  /** As {@link stdin}: 1 by default. */
  stdout?: number;
  /** As {@link stdin}: 2 by default. */
  stderr?: number;
  /** The permissions of the guest's programs; by default {@link DEFAULT_POLICY}, with which they only observe. */
  policy?: GuestPolicy | undefined;
  /** A file with the kernel's BTF, for kernels that do not offer it in /sys/kernel/btf/vmlinux. */
  btfPath?: string | undefined;
  /**
   * An existing directory of a BPF file system in which the guest's objects may pin maps (LIBBPF_PIN_BY_NAME). Pinned maps stay there
   * when the guest ends, and later guests find them. Without this option, objects that pin maps are refused.
   */
  pinPath?: string | undefined;
  /**
   * Lets struct_ops of section `.struct_ops` stay registered in the kernel when this process is killed. By default they end with the
   * process, which needs Linux 6.4; older kernels then refuse objects with such maps.
   */
  allowPersistentStructOps?: boolean | undefined;
  /** The export that the wrapper's poll calls: "go-callback" by default. */
  callbackExport?: string | undefined;
  /** The import module of the wrapper's poll: "callback-wrapper" by default. */
  wrapperModule?: string | undefined;
  /**
   * Lets the guest create objects in the engine's garbage-collected heap: false by default. Only the memory of the process limits
   * their number.
   */
  allowGc?: boolean;
  /**
   * The size in bytes up to which the guest's memory can grow, after which `memory.grow` returns -1; by default the maximum that the
   * module declares.
   */
  maxMemoryBytes?: number | undefined;
  /**
   * The time in milliseconds, 1 to 2^32 - 1, after which the guest is ended, also in a wait or in a loop without calls; no limit by
   * default. Compilation is not part of it. Uses the signal SIGRTMAX, which the guest then cannot catch.
   */
  timeoutMs?: number | undefined;
  /** The limit of links that the guest may have at once, 0 to 2^20: 512 by default. Beyond it, attaching fails with EMFILE. */
  maxLinks?: number | undefined;
  /** Called for each refusal, before the guest sees its errno; by default nothing is printed. */
  onProblem?: (problem: BpfError | string) => void;
  /**
   * The sizes of event buffers in bytes, in place of the guest's own: of the ring, or of each CPU's perf buffer. The keys are names of
   * maps; "" stands for all others. Each is a power of two of at least a page.
   */
  bufferSizes?: Readonly<Record<string, number>> | undefined;
  /** Ends the guest when events were lost: false by default. `runGuest` then throws "events-lost". */
  failOnLoss?: boolean | undefined;
  /** Called when events were lost, with their number since the last call for the same buffer. */
  onLost?: (count: number, buffer: BufferReport) => void;
  /** Called once at the end of the guest, with the figures of all its buffers. */
  onBuffers?: (buffers: readonly BufferReport[]) => void;
}

/** Further options, for the command line and tests. */
export interface HostOptions extends RunGuestOptions {
  /** The system, if the caller has already opened it. The caller also closes it. */
  system?: NativeSystem;
  /** The way in which map memory is shared with the guest: "map" (default) or, for tests, "copy". */
  sharedMemory?: SharedMemoryMode;
  /** Excludes everything that changes the machine, whatever the policy allows. */
  readOnly?: boolean;
  /** Decides about each request of the guest that would reach libbpf, in place of {@link RunGuestOptions.policy}. */
  rules?: Policy;
  /** Called once the guest is compiled, before any of its code runs. */
  beforeGuest?: (() => void) | undefined;
  /** Counts the guest's requests and events. */
  counters?: Counters;
  /**
   * For command lines, where a signal without a handler ends this process. If it ends a wait of the guest, the guest's output is written
   * first, and then this is called.
   */
  beforeSignalEnd?: () => void;
}

/**
 * Runs a WebAssembly guest on this thread until it ends.
 *
 * The guest drives eBPF through the import module `wasm_bpf`. Otherwise it is a WASI preview 1 program with this process's standard
 * streams. When it ends, everything that it attached is detached, and everything that it opened is closed.
 *
 * `timeoutMs` limits its time; nothing else stops it from outside. On the main thread it may catch signals; when it ends, the process
 * has its own handlers again. In a worker, `Worker.terminate()` ends at most the thread (Deno 2.9 does not interrupt a busy worker):
 * programs that the guest attached stay attached until the process ends.
 *
 * The caller should limit memory, because the engine ends the whole process when it runs out. The command line sets RLIMIT_DATA.
 *
 * Needs Deno's `--allow-ffi`, and for most guests root or CAP_BPF with CAP_PERFMON or CAP_NET_ADMIN; Linux 5.8 for ring buffers.
 *
 * @param bytes a WebAssembly module.
 * @returns the guest's exit code, 0 to 2^32 - 1.
 * @throws {GuestError} "invalid-module", "unknown-import" or "out-of-memory" when it cannot run, "trap" when it trapped, "timed-out" at its
 * time limit.
 * @throws {BpfError} when libbpf is not found, a directory cannot be opened, or a standard stream is not an open descriptor.
 *
 * @example
 * ```ts
 * import { runGuest } from "@wasm-bpf/wasm-bpf";
 *
 * // (module (func (export "_start")) (memory (export "memory") 1))
 * const bytes = Uint8Array.from(atob("AGFzbQEAAAABBAFgAAADAgEABQMBAAEHEwIGX3N0YXJ0AAAGbWVtb3J5AgAKBAECAAs="), (c) => c.charCodeAt(0));
 * const code = runGuest(bytes, { name: "empty", args: ["1"] });
 * if (code !== 0) throw new Error(`the guest failed with ${code}`);
 * ```
 */
export function runGuest(bytes: Uint8Array<ArrayBuffer>, options: RunGuestOptions = {}): number {
  return runGuestOn(bytes, options);
}

/** The imports of both versions that load an object, which needs the kernel's BTF. */
const LOADING_IMPORTS: ReadonlySet<string> = new Set(["wasm_load_bpf_object", "bpf_object__load"]);

const DEFAULT_GUEST_NAME = "guest";

/** As {@link runGuest}, on a system that may already be open. */
export function runGuestOn(bytes: Uint8Array<ArrayBuffer>, options: HostOptions): number {
  const name = options.name ?? DEFAULT_GUEST_NAME;
  // The command line's system is open, and its limit includes compilation.
  using earlyLimit = limitOf(options.system, options);
  // Compile first, so that an invalid module is reported even without privileges.
  const guest = compileGuest(bytes, name, {
    allowGc: options.allowGc ?? false,
    maxMemoryBytes: options.maxMemoryBytes,
  });
  const system = options.system ?? openSystem();
  using _own = options.system === undefined ? system : null;
  if (options.btfPath === undefined && guest.imports.some(({ name }) => LOADING_IMPORTS.has(name))) {
    system.prefetchKernelBtf();
  }
  using lateLimit = options.system === undefined ? limitOf(system, options) : null;
  const limit = earlyLimit ?? lateLimit;
  using libbpf = openLibbpf(system);
  const files = new Files(system.calls);
  checkStandardStreams(files, options);
  using context = contextOf(guest, { ...options, libbpf, system, layers: layersOf(bytes, options) });
  using wasi = wasiOf(context, files, options);
  const names = {
    callbackExport: options.callbackExport ?? DEFAULT_NAMES.callbackExport,
    wrapperModule: options.wrapperModule ?? DEFAULT_NAMES.wrapperModule,
  };
  options.beforeGuest?.();
  // Instantiation can already run code of the guest.
  const runAll = () => {
    const imports = importTables(guest.imports, { guest: context, wasi, wrapperModule: names.wrapperModule });
    const instance = linkGuest(guest, { imports, context, names });
    const { [FLUSH_EXPORT]: flush } = instance.exports;
    if (options.beforeSignalEnd !== undefined && typeof flush === "function") context.signals.beforeEnd(() => flush());
    startGuest(instance);
  };
  try {
    // The engine does not run `finally` blocks of the guest's calls when it interrupts them.
    if (limit === null) runAll();
    else withLongStacks(() => limit.run(runAll));
  } catch (error) {
    if (error instanceof GuestError && error.code === "timed-out") throw error;
    // After proc_exit, later errors do not count: a guest that catches exceptions may have run on and trapped.
    if (!(context.cancellation.reason instanceof ProcExit)) throw error;
  } finally {
    finishBuffers(context, options);
  }
  return exitCodeOf(context);
}

/** The exit code of a guest that has ended. @throws {GuestError} if it failed otherwise. */
function exitCodeOf({ losses, counters, cancellation: { reason } }: GuestContext): number {
  if (losses.mustFail) {
    const { lost } = counters;
    throw new GuestError("events-lost", `Cannot continue: ${lost} event${lost === 1 ? " was" : "s were"} lost`);
  }
  // The guest caught the error of an import that failed.
  if (reason instanceof Error) throw trapOf(reason);
  return reason?.code ?? 0;
}

function wasiOf(context: GuestContext, files: Files, options: HostOptions): Wasi {
  return new Wasi(context, files, {
    args: [options.name ?? DEFAULT_GUEST_NAME, ...options.args ?? []],
    env: options.env ?? {},
    preopens: options.preopens ?? [],
    stdin: options.stdin,
    stdout: options.stdout,
    stderr: options.stderr,
    onRefusedPath: options.onProblem,
  });
}

/** Reports the losses that no report contained yet, and the figures of all buffers. */
function finishBuffers({ bufferSizes, losses }: GuestContext, { onBuffers, onProblem }: HostOptions): void {
  losses.finish();
  const { buffers } = losses;
  onBuffers?.(buffers);
  if (buffers.length === 0) return;
  for (const map of bufferSizes.unused) onProblem?.(`The size for map "${map}" has no effect: it has no buffer`);
}

function limitOf(system: NativeSystem | undefined, { timeoutMs, beforeSignalEnd }: HostOptions): TimeLimit | null {
  if (system === undefined || timeoutMs === undefined) return null;
  return new TimeLimit(system, timeoutMs, { endsProcess: beforeSignalEnd !== undefined });
}

/** The function of the SDK's libc that writes the content of all streams. */
const FLUSH_EXPORT = "__wasm_bpf_flush";

function contextOf(
  { addressBits }: CompiledGuest,
  options: HostOptions & { libbpf: Libbpf; system: System; layers: readonly PolicyLayer[] },
): GuestContext {
  const { libbpf, system, layers, beforeSignalEnd } = options;
  const limits = limitsOf(layers);
  const bufferSizes = new BufferSizes(options.bufferSizes);
  let isPrepared = false;
  // Prepares the process for a signal that ends it while a buffer waits.
  const wakeFd = () => {
    if (beforeSignalEnd !== undefined && !isPrepared) {
      isPrepared = true;
      context.signals.beforeEnd(() => {
        finishBuffers(context, options);
        beforeSignalEnd();
      });
    }
    return context.signals.wakeFd;
  };
  const context: GuestContext = new GuestContext({
    libbpf,
    system,
    addressBits,
    openBuffer: (map, receiver) =>
      EventBuffer.open(system.calls, map, receiver, { wakeFd: wakeFd(), perfBufferBytes: bufferSizes.of(map.name) }),
    buffers: bufferOpener(system.calls, { wakeFd, perfBufferBytes: (name) => bufferSizes.of(name) }),
    bufferSizes,
    failOnLoss: options.failOnLoss,
    grants: {
      objectName: objectNameOf(options.name ?? DEFAULT_GUEST_NAME),
      btfPath: options.btfPath,
      pinPath: options.pinPath,
      persistentStructOps: options.allowPersistentStructOps === true && layers.every(({ policy }) => policy.persist),
    },
    policy: options.rules ?? policyRules(layers),
    counters: options.counters,
    limits,
    sharedMemory: options.sharedMemory,
    diagnostics: { report: options.onProblem ?? (() => {}), lost: options.onLost ?? (() => {}) },
  });
  return context;
}

/** Names an object as libbpf does: "runqlat" for "dir/runqlat.wasm". Characters that the kernel forbids are replaced. */
function objectNameOf(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return file.replace(/\..*$/, "").replace(/[^A-Za-z0-9_]/g, "_") || "guest";
}
