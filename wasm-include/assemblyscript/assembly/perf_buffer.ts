// SPDX-License-Identifier: MIT

import { checkedFor, ERRNO, exitWithError, refuse } from "./errors";
import {
  perf_buffer__consume,
  perf_buffer__free,
  perf_buffer__new,
  perf_buffer__poll,
  perf_buffer__room,
} from "./imports";
import { MapHandle } from "./map_handle";
import { countOf, Room } from "./room";
import { sizeOf } from "./values";

/** The default of libbpf's examples. */
const PAGES = 64;

/**
 * The perf buffers of all CPUs. Callbacks are functions of a file, since AssemblyScript has no closures. A record lies in the buffer until
 * the callback returns; the kernel rounds its size up.
 */
export class PerfBuffer {
  /** The number of records that did not fit into the buffers. */
  lost: u64 = 0;
  private handle: usize = 0;
  private onLost: ((cpu: i32, count: u64) => void) | null = null;
  private room: Room = new Room();

  private constructor(readonly map: MapHandle, readonly callback: u32, readonly minBytes: u32) {}

  /**
   * Opens the buffers of a perf event array.
   *
   * @param onSample gets the CPU and the record: an unmanaged class.
   * @param onLost gets the CPU and the number of records that were lost; `lost` has the sum without it.
   * @param pages the pages of data for each CPU: a power of two.
   */
  static open<T>(
    map: MapHandle,
    onSample: (cpu: i32, record: T) => void,
    onLost: ((cpu: i32, count: u64) => void) | null = null,
    pages: i32 = PAGES,
  ): PerfBuffer {
    if (!isReference<T>()) ERROR("a record must be an @unmanaged class");
    const buffer = new PerfBuffer(map, onSample.index, <u32>sizeOf<T>());
    buffer.onLost = onLost;
    const context = changetype<usize>(buffer);
    const handle = perf_buffer__new(map.fd, pages, onPerfSample.index, onPerfLost.index, context, 0);
    checkedFor("open perf buffer", map.name, <i32>handle);
    buffer.handle = handle;
    // The host keeps the address until close().
    __pin(context);
    return buffer;
  }

  /** Delivers all records, or waits for the first if there is none. Returns the number of CPUs that had some: 0 after a signal. */
  poll(timeoutMs: i32 = -1): i32 {
    let result: i32;
    do {
      result = perf_buffer__poll(this.handle, timeoutMs, this.room.address, this.room.sizeBytes);
    } while (this.room.grewFor(result, perf_buffer__room(this.handle)));
    return countOf("read perf buffers", result);
  }

  /** Delivers all records without waiting. */
  consume(): void {
    let result: i32;
    do {
      result = perf_buffer__consume(this.handle, this.room.address, this.room.sizeBytes);
    } while (this.room.grewFor(result, perf_buffer__room(this.handle)));
    countOf("read perf buffers", result);
  }

  /** Closes the buffers. */
  close(): void {
    if (this.handle == 0) return;
    perf_buffer__free(this.handle);
    this.handle = 0;
    __unpin(changetype<usize>(this));
  }

  /** Counts records that were lost. */
  addLost(cpu: i32, count: u64): void {
    this.lost += count;
    const onLost = this.onLost;
    if (onLost) onLost(cpu, count);
  }
}

/** The functions that the host calls. */
function onPerfSample(context: usize, cpu: i32, record: usize, sizeBytes: u32): void {
  const buffer = changetype<PerfBuffer>(context);
  if (sizeBytes < buffer.minBytes) {
    refuse(`read a record of "${buffer.map.name}": it has ${sizeBytes} bytes, not ${buffer.minBytes}`, ERRNO.EINVAL);
    exitWithError();
  }
  call_indirect(buffer.callback, cpu, record);
}

function onPerfLost(context: usize, cpu: i32, count: u64): void {
  changetype<PerfBuffer>(context).addLost(cpu, count);
}
