/**
 * Buffers for the logs of the kernel and the verifier. libbpf keeps a pointer to them until the object is closed, so it gets the host's,
 * and the guest's memory gets a copy after loading.
 *
 * @module
 */

import { libbpfErrno } from "../../errors/mod.ts";
import type { NativeRef } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import type { GuestObject } from "../core/guest_object.ts";
import type { GuestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";

/** The kernel's log has at most this size (kernel/bpf/log.c). */
const MAX_KERNEL_LOG_BYTES = 2 ** 30;

/** A buffer of the guest, and the host's in its place. */
export interface KernelLog {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly at: GuestPtr;
}

/** The logs of one object. */
interface Logs {
  /** Every buffer that libbpf was given. It may write to each. */
  readonly all: KernelLog[];
  /** The buffer of each program. */
  readonly programs: Map<NativeRef, KernelLog>;
}

const allLogs = new WeakMap<GuestObject, Logs>();

function logsOf(object: GuestObject): Logs {
  const known = allLogs.get(object);
  if (known !== undefined) return known;
  const logs: Logs = { all: [], programs: new Map() };
  allLogs.set(object, logs);
  return logs;
}

/** Keeps a log as long as its object. */
export function keepLog(object: GuestObject, log: KernelLog): void {
  logsOf(object).all.push(log);
}

/** Checks a guest's buffer, and makes the host's. @returns undefined for no buffer. */
export function kernelLogOf(
  call: Call,
  { at, sizeBytes }: { at: GuestPtr; sizeBytes: number },
): KernelLog | undefined {
  if (at === 0 && sizeBytes === 0) return undefined;
  if (at === 0 || sizeBytes === 0 || sizeBytes > MAX_KERNEL_LOG_BYTES) refuse("EINVAL");
  call.guest.memory.check(at, sizeBytes);
  return { buffer: new Uint8Array(sizeBytes), at };
}

/** Copies the logs of an object to the guest, after loading. */
export function writeLogs(guest: GuestContext, object: GuestObject): void {
  for (const { at, buffer } of logsOf(object).all) guest.memory.view(at, buffer.length).set(buffer);
}

/** `bpf_program__set_log_buf`. */
export function setLogBuffer(call: Call): number {
  const { ref, object } = call.program("prog");
  const sizeBytes = call.size("log_size");
  const log = kernelLogOf(call, { at: call.pointer("log_buf"), sizeBytes });
  const { errno } = call.calls.call("bpf_program__set_log_buf", [ref, log?.buffer ?? null, BigInt(sizeBytes)]);
  if (errno < 0) return -libbpfErrno(errno);
  const logs = logsOf(object);
  logs.programs.delete(ref);
  if (log === undefined) return 0;
  logs.all.push(log);
  logs.programs.set(ref, log);
  return 0;
}

/** `bpf_program__log_buf(program, buffer, size) -> size`: copies the program's log; 0 if it has none. */
export function logBuffer(call: Call): number {
  const { ref, object } = call.program("program");
  const log = logsOf(object).programs.get(ref);
  return log === undefined ? 0 : call.returnBytes(log.buffer, { buffer: "buffer", size: "size" });
}
