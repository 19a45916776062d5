/**
 * The buffers of a BPF_MAP_TYPE_PERF_EVENT_ARRAY: a perf event for each CPU, with its pages mapped over a buffer.
 *
 * | offset within one | bytes     | content                                                                    |
 * |-------------------|-----------|----------------------------------------------------------------------------|
 * | 0                 | page      | `struct perf_event_mmap_page`: u64 data_head at 1024, u64 data_tail at 1032 |
 * | page              | dataBytes | the data, once: records wrap                                               |
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import type { EpollSet } from "../system/epoll.ts";
import { PERF_COUNT, PERF_SAMPLE_RAW, PERF_TYPE } from "../system/linux_numbers.ts";
import { MappedPages } from "../system/mapped_pages.ts";
import { openPerfEvent, type PerfEvent } from "../system/perf_event.ts";
import type { SystemCalls } from "../system/system_calls.ts";
import type { BpfMap } from "./interfaces/mod.ts";

/** The used properties of the map. */
export type PerfEventArray = Pick<BpfMap, "name" | "maxEntries" | "update" | "delete">;

/** The event whose records programs write with `bpf_perf_event_output`. @param period the number of records that wake. */
export function outputEvent(period: number): PerfEvent {
  return {
    type: PERF_TYPE.SOFTWARE,
    config: PERF_COUNT.SW_BPF_OUTPUT,
    samplePeriod: period,
    sampleType: PERF_SAMPLE_RAW,
    wakeupEvents: period,
  };
}

/** A CPU, and the key of its event in the map. */
export interface PerfCpu {
  readonly cpu: number;
  readonly key: number;
}

/** Options of {@link PerfBuffers}. */
export interface PerfBuffersOptions {
  /** Gets the descriptors of the events. The caller owns it. */
  readonly epoll: EpollSet;
  /** The event; by default the one that wakes at every record. */
  readonly event?: PerfEvent | undefined;
  /** The CPUs; by default all that are online and have an entry in the map. */
  readonly cpus?: readonly PerfCpu[] | undefined;
}

/** The addresses at which {@link PerfBuffers.map} maps the pages. */
export interface PerfBufferPlace {
  /** Must never grow. */
  buffer: ArrayBuffer;
  /** The address of the first buffer, a multiple of the page size. The others follow without a gap. */
  start: number;
  /** Bytes of data for each CPU: a power of two, and a multiple of the page size. */
  dataBytes: number;
}

/**
 * The perf events of a perf event array, one for each CPU.
 *
 * Needs CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8). A CPU that comes online later is not seen.
 */
export class PerfBuffers implements Disposable {
  readonly #calls: SystemCalls;
  readonly #map: PerfEventArray;
  readonly #events: { cpu: number; key: number; fd: number }[] = [];
  readonly #epoll: EpollSet;
  #pages: MappedPages | undefined;

  /**
   * Opens the events. Nothing is recorded before {@link PerfBuffers.map}.
   *
   * @throws {BpfError} with the errno of `perf_event_open`.
   */
  constructor(calls: SystemCalls, map: PerfEventArray, options: PerfBuffersOptions) {
    const { epoll, event = outputEvent(1), cpus } = options;
    this.#calls = calls;
    this.#map = map;
    this.#epoll = epoll;
    try {
      if (cpus === undefined) this.#openOnline(event);
      else this.#open(event, cpus);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The number of events. */
  get count(): number {
    return this.#events.length;
  }

  /** The CPUs and the descriptors of the events, in the order of their buffers. */
  get events(): readonly { readonly cpu: number; readonly fd: number }[] {
    return this.#events;
  }

  /** Maps the pages of the buffers, then enters the events in the map. Programs write to them from then on. @throws {BpfError} */
  map(place: PerfBufferPlace): void {
    const { buffer, start, dataBytes } = place;
    const name = this.#map.name;
    const operation: Operation = { operation: "map", kind: "buffer", subject: name, words: `perf buffer "${name}"` };
    const pages = this.#pages = new MappedPages(this.#calls, buffer);
    const sizeBytes = this.#calls.pageSizeBytes + dataBytes;
    for (const [index, { key, fd }] of this.#events.entries()) {
      pages.map(operation, fd, { at: start + index * sizeBytes, sizeBytes, offset: 0, writable: true });
      this.#epoll.add(fd);
      const result = this.#map.update(mapEntry(key, fd), 0, 4, 0);
      if (result < 0) {
        const words = `a perf event in map "${name}"`;
        throw new BpfError({ operation: "enter", kind: "map", subject: name, words }, result);
      }
    }
  }

  [Symbol.dispose](): void {
    for (const { key, fd } of this.#events.splice(0)) {
      // The map's own reference would keep the event alive. If the map is closed, the call fails and the reference is gone.
      this.#map.delete(mapEntry(key, fd), 0, 0);
      this.#epoll.remove(fd);
      this.#calls.close(fd);
    }
    this.#pages?.[Symbol.dispose]();
  }

  #open(event: PerfEvent, cpus: readonly PerfCpu[]): void {
    for (const { cpu, key } of cpus) {
      const fd = openPerfEvent(this.#calls, event, cpu);
      if (fd < 0) throw this.#refused(cpu, fd);
      this.#events.push({ cpu, key, fd });
    }
  }

  #openOnline(event: PerfEvent): void {
    for (let cpu = 0; cpu < this.#map.maxEntries; cpu++) {
      const fd = openPerfEvent(this.#calls, event, cpu);
      // The CPU is offline, or its number is not used.
      if (fd === -LINUX_ERRNO.ENODEV) continue;
      // The number is above the highest possible CPU.
      if (fd === -LINUX_ERRNO.EINVAL && cpu > 0) break;
      if (fd < 0) throw this.#refused(cpu, fd);
      this.#events.push({ cpu, key: cpu, fd });
    }
  }

  #refused(cpu: number, errno: number): BpfError {
    const { name } = this.#map;
    const words = `perf buffer "${name}" of CPU ${cpu}`;
    const lacksPrivilege = errno === -LINUX_ERRNO.EACCES || errno === -LINUX_ERRNO.EPERM;
    const hint = lacksPrivilege ? "run as root or grant CAP_PERFMON" : undefined;
    return new BpfError({ operation: "open", kind: "buffer", subject: name, words }, errno, { hint });
  }
}

/** An element of the map: its key, then its value (the perf event). */
function mapEntry(key: number, fd: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array([key, fd]).buffer);
}
