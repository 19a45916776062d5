import { LINUX_ERRNO } from "../../errors/mod.ts";
import { MapType } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import type { GuestEvents } from "../core/event_buffers.ts";
import type { LossSource } from "../core/event_losses.ts";
import type { GuestMap } from "../core/guest_map.ts";
import { guestPtr } from "../core/memory.ts";

const WRAPPER_CALLBACK = 0;

/**
 * `wasm_bpf_buffer_poll(i64 object, i32 fd, i32 sample_func, i32 ctx, i32 data, i32 max_size, i32 timeout_ms) -> i32`: waits for
 * records of a ring or perf buffer, copies each to `data` and calls table entry `sample_func(ctx, data, size)`.
 *
 * @returns the number of delivered records, 0 on time-out, or the negative number that the callback returned.
 */
export function bufferPoll(
  guest: GuestContext,
): (
  object: bigint,
  fd: number,
  sample: number,
  ctx: number,
  data: number,
  maxSize: number,
  timeoutMs: number,
) => number {
  return (object, fd, sample, ctx, data, maxSize, timeoutMs) => {
    const { table } = guest.instance;
    if (table === undefined) return -LINUX_ERRNO.EINVAL;
    const buffer = findBuffer(guest, object, fd, table);
    if (typeof buffer === "number") return buffer;
    return poll(buffer, guest, sample >>> 0, ctx, data, maxSize, timeoutMs);
  };
}

/**
 * `wasm_bpf_buffer_poll(i64 object, i32 fd, i32 ctx, i32 data, i32 max_size, i32 timeout_ms) -> i32` of module
 * `callback-wrapper`: the same for guests whose callback is an export.
 */
export function wrapperBufferPoll(
  guest: GuestContext,
): (object: bigint, fd: number, ctx: number, data: number, maxSize: number, timeoutMs: number) => number {
  return (object, fd, ctx, data, maxSize, timeoutMs) => {
    const buffer = findBuffer(guest, object, fd, guest.instance.callbackTable);
    if (typeof buffer === "number") return buffer;
    return poll(buffer, guest, WRAPPER_CALLBACK, ctx, data, maxSize, timeoutMs);
  };
}

function poll(
  buffer: GuestEvents,
  guest: GuestContext,
  callback: number,
  ctx: number,
  data: number,
  maxSize: number,
  timeoutMs: number,
): number {
  const result = buffer.poll(callback, ctx, guestPtr(data), maxSize >>> 0, timeoutMs);
  if (result > 0) guest.counters.delivered += result;
  guest.losses.check();
  return result;
}

/** Returns the buffer of a map, opened at first use; a negative errno if the numbers name none. */
function findBuffer(guest: GuestContext, handle: bigint, fd: number, table: WebAssembly.Table): GuestEvents | number {
  const object = guest.objects.find(handle);
  if (object === undefined) return -LINUX_ERRNO.EINVAL;
  const map = guest.descriptors.maps.get(fd);
  if (map === undefined || !object.owns(map)) return -LINUX_ERRNO.EBADF;
  return map.buffer(
    { memory: guest.instance.rawMemory, table },
    (events) => guest.losses.watch(lossSource(map, events)),
  );
}

function lossSource(map: GuestMap, events: GuestEvents): LossSource {
  const isRing = map.type === MapType.RINGBUF;
  return {
    map: map.name,
    kind: isRing ? "ring" : "perf",
    levels: events,
    readLost: () => isRing ? map.readLost() : events.lost,
    reportsToGuest: false,
  };
}
