/**
 * `poll_oneoff`: sleeping, and waiting for descriptors.
 *
 * @module
 */

import { LINUX_ERRNO, WASI_ERRNO } from "../../errors/mod.ts";
import type { PollEntry } from "../../ffi/system/file_layouts.ts";
import { POLL } from "../../ffi/system/linux_numbers.ts";
import { guestSize, type WasmPtr } from "../core/memory.ts";
import { checkedClock } from "./clocks.ts";
import { checked, Refusal, refuse } from "../core/refusal.ts";
import { guardAll, type WasiContext, type WasiFunctions } from "./context.ts";
import type { FileDescriptor } from "./descriptors.ts";
import { CLOCK, EVENT_HANGUP, EVENTTYPE, FILETYPE, RIGHTS, SUBCLOCKFLAGS_ABSTIME } from "./types.ts";
import { waitForEvents } from "./waits.ts";

/**
 * The offsets of the fields of a subscription.
 *
 * Preview 1: userdata 0 (8), tag 8 (1), then at 16 either a descriptor (4) or a clock: id (4), timeout 24 (8), precision 32
 * (8), flags 40 (2).
 */
export interface SubscriptionLayout {
  readonly sizeBytes: number;
  readonly fd: number;
  readonly clock: number;
  readonly timeout: number;
  readonly flags: number;
}

export const SUBSCRIPTION: SubscriptionLayout = { sizeBytes: 48, fd: 16, clock: 16, timeout: 24, flags: 40 };

/** An event: userdata 0 (8), error 8 (2), type 10 (1), bytes that can be read 16 (8), flags 24 (2). */
const EVENT_SIZE = 32;

/** Enough for two subscriptions of each descriptor that a guest can have, and as many clocks. */
const MAX_SUBSCRIPTIONS = 4096;

interface Subscription {
  userdata: bigint;
  type: number;
  /** The WASI errno of an invalid subscription; 0 for a valid one. */
  errno: number;
  /** The time at which a clock's subscription is due, on the monotonic clock. */
  dueNs?: bigint;
  descriptor?: FileDescriptor;
  poll?: PollEntry;
}

interface Event {
  subscription: Subscription;
  errno: number;
  readableBytes: bigint;
  flags: number;
}

/** `poll_oneoff`. */
export function pollFunctions(context: WasiContext, layout: SubscriptionLayout = SUBSCRIPTION): WasiFunctions {
  return guardAll(context, {
    poll_oneoff(input: WasmPtr, output: WasmPtr, count: WasmPtr, result: WasmPtr): void {
      const length = guestSize(count);
      const [from, to] = [context.ptr(input), context.ptr(output)];
      if (length === 0 || length > MAX_SUBSCRIPTIONS) refuse("EINVAL");
      context.memory.check(from, length * layout.sizeBytes);
      context.memory.check(to, length * EVENT_SIZE);
      const countAt = context.sizeResult(result);
      const subscriptions = readSubscriptions(context, from, length, layout);
      const events = waitOrWake(context, subscriptions);
      events.forEach((event, index) => writeEvent(context.memory.data, to + index * EVENT_SIZE, event));
      context.memory.writePointer(countAt, events.length);
    },
  }, { syncs: true });
}

function readSubscriptions(
  context: WasiContext,
  from: number,
  count: number,
  layout: SubscriptionLayout,
): Subscription[] {
  const data = context.memory.data;
  const polls = new Map<FileDescriptor, PollEntry>();
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * layout.sizeBytes;
    const subscription: Subscription = {
      userdata: data.getBigUint64(at, true),
      type: data.getUint8(at + 8),
      errno: WASI_ERRNO.SUCCESS,
    };
    try {
      if (subscription.type === EVENTTYPE.CLOCK) {
        subscription.dueNs = dueTime(
          context,
          data.getUint32(at + layout.clock, true),
          data.getBigUint64(at + layout.timeout, true),
          data.getUint16(at + layout.flags, true),
        );
      } else {
        subscribe(context, subscription, data.getUint32(at + layout.fd, true), polls);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      subscription.errno = error.errno;
    }
    return subscription;
  });
}

/** Converts the `timeout` of a clock to a time of the monotonic clock. */
function dueTime(context: WasiContext, clock: number, timeout: bigint, flags: number): bigint {
  if ((flags & ~SUBCLOCKFLAGS_ABSTIME) !== 0) refuse("EINVAL");
  // Linux cannot wait for a clock that counts the time used by a thread or process.
  if (checkedClock(clock) > CLOCK.MONOTONIC) refuse("ENOTSUP");
  const now = context.clocks.time(CLOCK.MONOTONIC);
  if ((flags & SUBCLOCKFLAGS_ABSTIME) === 0) return now + timeout;
  return clock === CLOCK.MONOTONIC ? timeout : now + timeout - context.clocks.time(CLOCK.REALTIME);
}

function subscribe(
  context: WasiContext,
  subscription: Subscription,
  fd: number,
  polls: Map<FileDescriptor, PollEntry>,
): void {
  if (subscription.type !== EVENTTYPE.FD_READ && subscription.type !== EVENTTYPE.FD_WRITE) refuse("EINVAL");
  const isRead = subscription.type === EVENTTYPE.FD_READ;
  const descriptor = context.descriptors.get(fd, RIGHTS.POLL_FD_READWRITE);
  context.descriptors.get(fd, isRead ? RIGHTS.FD_READ : RIGHTS.FD_WRITE);
  const entry = polls.get(descriptor) ?? { fd: descriptor.hostFd, wanted: 0, came: 0 };
  entry.wanted |= isRead ? POLL.IN : POLL.OUT;
  polls.set(descriptor, entry);
  subscription.descriptor = descriptor;
  subscription.poll = entry;
}

/**
 * As {@link wait}, but a signal ends a sleep on wasm32 early instead of with EINTR. The libc of Rust and of others there makes ENOTSUP of
 * every error, and Rust's `thread::sleep()` then panics.
 */
function waitOrWake(context: WasiContext, subscriptions: readonly Subscription[]): Event[] {
  try {
    return wait(context, subscriptions);
  } catch (error) {
    const isSleep = subscriptions.every(({ type }) => type === EVENTTYPE.CLOCK);
    const isInterrupted = error instanceof Refusal && error.errno === WASI_ERRNO.EINTR;
    if (!isSleep || !isInterrupted || context.addressBits !== 32) throw error;
    return subscriptions.map((subscription) => ({ subscription, errno: 0, readableBytes: 0n, flags: 0 }));
  }
}

/** Waits until there is at least one event. Refuses with EINTR when a signal of the guest is pending. */
function wait(context: WasiContext, subscriptions: readonly Subscription[]): Event[] {
  const entries = [...new Set(subscriptions.flatMap(({ poll }) => poll ?? []))];
  const dues = subscriptions.flatMap(({ dueNs }) => dueNs ?? []);
  const firstDue = dues.length === 0 ? undefined : dues.reduce((a, b) => a < b ? a : b);
  const hasError = subscriptions.some(({ errno }) => errno !== WASI_ERRNO.SUCCESS);
  for (;;) {
    const result = waitForEvents(context, entries, hasError ? 0n : untilDue(context, firstDue));
    if (result === -LINUX_ERRNO.EINTR) continue;
    checked(result);
    const now = context.clocks.time(CLOCK.MONOTONIC);
    const events = subscriptions.flatMap((subscription) => eventOf(context, subscription, now) ?? []);
    if (events.length > 0) return events;
  }
}

function untilDue(context: WasiContext, dueNs: bigint | undefined): bigint | undefined {
  if (dueNs === undefined) return undefined;
  const rest = dueNs - context.clocks.time(CLOCK.MONOTONIC);
  return rest < 0n ? 0n : rest;
}

function eventOf(context: WasiContext, subscription: Subscription, nowNs: bigint): Event | undefined {
  const event = { subscription, errno: subscription.errno, readableBytes: 0n, flags: 0 };
  if (subscription.errno !== WASI_ERRNO.SUCCESS) return event;
  if (subscription.dueNs !== undefined) return subscription.dueNs <= nowNs ? event : undefined;
  const { descriptor, poll } = subscription;
  if (descriptor === undefined || poll === undefined) return undefined;
  const wanted = subscription.type === EVENTTYPE.FD_READ ? POLL.IN : POLL.OUT;
  if ((poll.came & (wanted | POLL.HUP | POLL.ERR | POLL.NVAL)) === 0) return undefined;
  if ((poll.came & POLL.NVAL) !== 0) event.errno = WASI_ERRNO.EBADF;
  if ((poll.came & (POLL.HUP | POLL.ERR)) !== 0) event.flags = EVENT_HANGUP;
  if (subscription.type === EVENTTYPE.FD_READ) event.readableBytes = readable(context, descriptor);
  return event;
}

/** The number of bytes that can be read at once: up to the end of a file, or the content of a pipe. */
function readable(context: WasiContext, { filetype, hostFd }: FileDescriptor): bigint {
  const { files } = context;
  if (filetype !== FILETYPE.REGULAR_FILE) return BigInt(Math.max(files.readableBytes(hostFd), 0));
  const status = files.status(hostFd);
  const position = files.seek(hostFd, 0n, 1);
  if (typeof status === "number" || position < 0n || position > status.sizeBytes) return 0n;
  return status.sizeBytes - position;
}

function writeEvent(data: DataView, at: number, { subscription, errno, readableBytes, flags }: Event): void {
  data.setBigUint64(at, subscription.userdata, true);
  data.setUint16(at + 8, errno, true);
  data.setUint8(at + 10, subscription.type);
  data.setBigUint64(at + 16, readableBytes, true);
  data.setUint16(at + 24, flags, true);
}
