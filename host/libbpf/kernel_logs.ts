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
import { newBytes, refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";

/** As much as an allowance lets all objects have. libbpf's own buffers have at most 16 MiB. */
const MAX_KERNEL_LOG_BYTES = 2 ** 28;

/** A buffer of the guest, and the host's in its place. */
export interface KernelLog {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly at: GuestPtr;
}

/** The logs of one object. */
interface Logs {
  /** The buffer of the object itself. */
  own: KernelLog | undefined;
  /** The buffer of each program. */
  readonly programs: Map<NativeRef, KernelLog>;
}

const allLogs = new WeakMap<GuestObject, Logs>();

function logsOf(object: GuestObject): Logs {
  const known = allLogs.get(object);
  if (known !== undefined) return known;
  const logs: Logs = { own: undefined, programs: new Map() };
  allLogs.set(object, logs);
  return logs;
}

/** Keeps the log of an object as long as it. Closes the object if the guest has too many bytes. @throws {BpfError} EMFILE */
export function keepLog(object: GuestObject, log: KernelLog): void {
  try {
    object.charge(log.buffer.length);
  } catch (error) {
    // libbpf has a pointer to the buffer.
    object[Symbol.dispose]();
    throw error;
  }
  logsOf(object).own = log;
}

/** Checks a guest's buffer, and makes the host's. @returns undefined for no buffer. */
export function kernelLogOf(
  call: Call,
  { at, sizeBytes }: { at: GuestPtr; sizeBytes: number },
): KernelLog | undefined {
  if (at === 0 && sizeBytes === 0) return undefined;
  if (at === 0 || sizeBytes === 0 || sizeBytes > MAX_KERNEL_LOG_BYTES) refuse("EINVAL");
  call.guest.memory.check(at, sizeBytes);
  return { buffer: newBytes(sizeBytes), at };
}

/** Copies the logs of an object to the guest, after loading. */
export function writeLogs(guest: GuestContext, object: GuestObject): void {
  const { own, programs } = logsOf(object);
  const logs = [...own === undefined ? [] : [own], ...programs.values()];
  for (const { at, buffer } of logs) guest.memory.view(at, buffer.length).set(buffer);
}

/** `bpf_program__set_log_buf`. */
export function setLogBuffer(call: Call): number {
  const { ref, object } = call.program("prog");
  const sizeBytes = call.size("log_size");
  const log = kernelLogOf(call, { at: call.pointer("log_buf"), sizeBytes });
  object.charge(sizeBytes);
  const { errno } = call.calls.call("bpf_program__set_log_buf", [ref, log?.buffer ?? null, BigInt(sizeBytes)]);
  if (errno < 0) {
    object.charge(-sizeBytes);
    return -libbpfErrno(errno);
  }
  // libbpf no longer has the buffer of the call before.
  const { programs } = logsOf(object);
  object.charge(-(programs.get(ref)?.buffer.length ?? 0));
  if (log === undefined) programs.delete(ref);
  else programs.set(ref, log);
  return 0;
}

/** `bpf_program__log_buf(program, buffer, size) -> size`: copies the program's log; 0 if it has none. */
export function logBuffer(call: Call): number {
  const { ref, object } = call.program("program");
  const log = logsOf(object).programs.get(ref);
  return log === undefined ? 0 : call.returnBytes(log.buffer, { buffer: "buffer", size: "size" });
}
