/**
 * Waits of WASI functions, which end when a signal is pending.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import type { PollEntry } from "../../ffi/system/file_layouts.ts";
import { FILE_SYSTEM, O, POLL } from "../../ffi/system/linux_numbers.ts";
import { refuse } from "../core/refusal.ts";
import type { WasiContext } from "./context.ts";
import type { FileDescriptor } from "./descriptors.ts";
import { FDFLAGS, FILETYPE } from "./types.ts";

/**
 * Waits until an event of `entries` occurs, or for `timeoutNs`; forever if that is undefined. Refuses with EINTR when a signal of the
 * guest is pending. The guard then calls its handler.
 *
 * @returns the number of entries with an event; 0 on time-out; -EINTR to try again; or another negative errno.
 */
export function waitForEvents(
  context: WasiContext,
  entries: readonly PollEntry[],
  timeoutNs: bigint | undefined,
): number {
  const { wakeFd } = context.signals;
  if (wakeFd === undefined) return context.clocks.wait(entries, timeoutNs);
  const wake = { fd: wakeFd, wanted: POLL.IN, came: 0 };
  const count = context.clocks.wait([...entries, wake], timeoutNs);
  const hasWoken = wake.came !== 0 || count === -LINUX_ERRNO.EINTR;
  if (!hasWoken || count > 1) return hasWoken ? count - 1 : count;
  if (context.signals.pending) refuse("EINTR");
  // Another import has handled the signal, but the descriptor became readable again.
  context.signals.deliver();
  return -LINUX_ERRNO.EINTR;
}

/**
 * Waits until a read of `descriptor` finds something, if the read would wait and signals of the guest must end it. Calls the guest's
 * handlers. Refuses with EINTR unless all of them let reads continue.
 *
 * @returns true if it waited. A handler may then have grown the memory.
 */
export function waitToRead(context: WasiContext, descriptor: FileDescriptor): boolean {
  const { signals } = context;
  if (signals.wakeFd === undefined || !readsWait(context, descriptor)) return false;
  const entry = { fd: descriptor.hostFd, wanted: POLL.IN, came: 0 };
  const wake = { fd: signals.wakeFd, wanted: POLL.IN, came: 0 };
  while (entry.came === 0) {
    const count = context.clocks.wait([entry, wake], undefined);
    if (count < 0 && count !== -LINUX_ERRNO.EINTR) return true;
    if (entry.came === 0 && signals.deliver() === "interrupts") refuse("EINTR");
  }
  return true;
}

/** True if a read of `descriptor` waits when it finds nothing. */
function readsWait(context: WasiContext, descriptor: FileDescriptor): boolean {
  const { hostFd, emulatedFlags, isOwned } = descriptor;
  const known = waiting.get(descriptor);
  const canWait = known ?? canReadsWait(context, descriptor);
  if (known === undefined) waiting.set(descriptor, canWait);
  if (!canWait || (emulatedFlags & FDFLAGS.NONBLOCK) !== 0) return false;
  return !isOwned || (context.files.flags(hostFd) & O.NONBLOCK) === 0;
}

/** The results of {@link canReadsWait}, because programs read large files in small parts. */
const waiting = new WeakMap<FileDescriptor, boolean>();

/** True for streams, and for regular files of tracefs: reads of trace_pipe wait. */
function canReadsWait({ files }: WasiContext, { filetype, hostFd }: FileDescriptor): boolean {
  if (filetype === FILETYPE.DIRECTORY || filetype === FILETYPE.BLOCK_DEVICE) return false;
  return filetype !== FILETYPE.REGULAR_FILE || files.calls.fileSystem(hostFd) === FILE_SYSTEM.TRACEFS;
}
