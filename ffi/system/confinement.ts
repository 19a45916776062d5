/**
 * Takes from this process what a running guest does not need: capabilities, files, system calls. Only the command line does this,
 * because it cannot be undone.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import type { Capability } from "./capabilities.ts";
import type { NativeLibrary } from "./library.ts";
import { CAPABILITY } from "./linux_numbers.ts";

/** The files that stay. Each path includes everything below it. A path that does not exist is skipped. */
export interface AllowedFiles {
  readonly read: readonly string[];
  /** These may be read, too. */
  readonly write: readonly string[];
}

/** The rest that stays. */
export interface Confinement {
  /** Of the capabilities that the process has. */
  readonly capabilities: readonly Capability[];
  /** Undefined for all files. Kernels without Landlock, or with its first version (before Linux 5.19), allow all files. */
  readonly files: AllowedFiles | undefined;
}

const CONFINE: Operation = { operation: "confine", kind: "process" };

/**
 * Confines every thread of this process: sets no_new_privs, drops capabilities, restricts files with Landlock, and forbids system calls
 * that no guest needs. {@link finishConfinement} must follow, since other threads are confined when they run next. Does nothing without
 * the library of this project.
 *
 * @throws {BpfError} when the kernel refuses.
 */
export function confineProcess({ shim }: NativeLibrary, { capabilities, files }: Confinement): void {
  if (shim === undefined) return;
  const { symbols } = shim;
  const rules = files === undefined ? -LINUX_ERRNO.ENOSYS : symbols.wasm_bpf_confinement_open();
  if (files !== undefined && rules >= 0) allow(symbols, rules, files);
  // Landlock can be absent, or switched off.
  else if (rules !== -LINUX_ERRNO.ENOSYS && rules !== -LINUX_ERRNO.EOPNOTSUPP) throw refusal(rules);
  const result = symbols.wasm_bpf_confine(setOf(capabilities), rules);
  if (result < 0) throw refusal(result);
}

/** Waits until every thread is confined. @throws {BpfError} when the kernel refuses. */
export function finishConfinement({ shim }: NativeLibrary): void {
  const result = shim?.symbols.wasm_bpf_confine_finish() ?? 0;
  if (result < 0) throw refusal(result);
}

/** True if `bytes` contain `name` with one of the characters of `next` or a NUL after it; any byte if `next` is empty. */
export function containsName(
  { shim }: NativeLibrary,
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  next = "",
): boolean {
  const { length } = bytes;
  return shim?.symbols.wasm_bpf_confinement_names(bytes, BigInt(length), cString(name), cString(next)) === 1;
}

function allow(symbols: Symbols, rules: number, { read, write }: AllowedFiles): void {
  const paths = [...read.map((path) => ({ path, writable: 0 })), ...write.map((path) => ({ path, writable: 1 }))];
  for (const { path, writable } of paths) {
    const result = symbols.wasm_bpf_confinement_allow(rules, cString(path), writable);
    // A directory that cannot be opened is reported when the guest gets it.
    if (result < 0 && result === -LINUX_ERRNO.EINVAL) throw refusal(result);
  }
}

function setOf(capabilities: readonly Capability[]): bigint {
  return capabilities.reduce((set, name) => set | 1n << CAPABILITY[name], 0n);
}

function refusal(result: number): BpfError {
  // Only the list of threads can be missing.
  const reason = result === -LINUX_ERRNO.ENOENT ? "/proc is not mounted" : undefined;
  return new BpfError(CONFINE, result, { reason, hint: "--keep-caps leaves the process as it is" });
}

type Symbols = NonNullable<NativeLibrary["shim"]>["symbols"];
