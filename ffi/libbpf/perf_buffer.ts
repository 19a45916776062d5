/**
 * The buffers behind a BPF_MAP_TYPE_PERF_EVENT_ARRAY: one perf event for each CPU, its pages laid over a buffer, and a way to
 * wait for records of all of them.
 *
 * | offset within one | bytes     | what                                                                       |
 * |-------------------|-----------|----------------------------------------------------------------------------|
 * | 0                 | page      | `struct perf_event_mmap_page`: u64 data_head at 1024, u64 data_tail at 1032 |
 * | page              | dataBytes | the data, once: records wrap                                               |
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { EpollSet } from "../system/epoll.ts";
import type { Libc } from "../system/libc.ts";
import type { BpfMap } from "./interfaces.ts";
import { MappedPages } from "../system/pages.ts";

/** The used properties of the map. */
export type PerfEventArray = Pick<BpfMap, "name" | "maxEntries" | "update" | "delete">;

const PERF_FLAG_FD_CLOEXEC = 8;

/**
 * `struct perf_event_attr` (`linux/perf_event.h`), its first version:
 *
 * | offset | size | field         | meaning                                       |
 * |--------|------|---------------|-----------------------------------------------|
 * | 0      | 4    | type          | 1: PERF_TYPE_SOFTWARE                         |
 * | 4      | 4    | size          | 64                                            |
 * | 8      | 8    | config        | 10: PERF_COUNT_SW_BPF_OUTPUT                  |
 * | 16     | 8    | sample_period | 1                                             |
 * | 24     | 8    | sample_type   | 1024: PERF_SAMPLE_RAW                         |
 * | 32     | 16   |               | read_format, flags: none                      |
 * | 48     | 4    | wakeup_events | 1: every record wakes                         |
 * | 52     | 12   |               | bp_type, bp_addr: none                        |
 */
function outputEvent(): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(64));
  view.setUint32(0, 1, true);
  view.setUint32(4, 64, true);
  view.setBigUint64(8, 10n, true);
  view.setBigUint64(16, 1n, true);
  view.setBigUint64(24, 1024n, true);
  view.setUint32(48, 1, true);
  return new Uint8Array(view.buffer);
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
 * The perf events of a perf event array, one for each CPU that is online and has an entry in the map.
 *
 * Needs CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8). A CPU that comes online later is not seen.
 */
export class PerfBuffers implements Disposable {
  readonly #libc: Libc;
  readonly #map: PerfEventArray;
  readonly #noun: string;
  readonly #events: { cpu: number; fd: number }[] = [];
  readonly #epoll: EpollSet;
  #pages: MappedPages | undefined;

  /**
   * Opens the events. Nothing is recorded before {@link PerfBuffers.map}.
   *
   * @param options.epoll where the events are waited for; the caller's.
   * @throws {BpfError} what `perf_event_open` said.
   */
  constructor(libc: Libc, map: PerfEventArray, options: { epoll: EpollSet }) {
    this.#libc = libc;
    this.#map = map;
    this.#noun = `perf buffer "${map.name}"`;
    this.#epoll = options.epoll;
    try {
      this.#open();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Their number. */
  get count(): number {
    return this.#events.length;
  }

  /** Maps the buffers' pages, then enters the events in the map, so that programs write to them. @throws {BpfError} */
  map(place: PerfBufferPlace): void {
    const { buffer, start, dataBytes } = place;
    const pages = this.#pages = new MappedPages(this.#libc, buffer);
    const sizeBytes = this.#libc.pageSizeBytes + dataBytes;
    for (const [index, { cpu, fd }] of this.#events.entries()) {
      pages.map(this.#noun, fd, { at: start + index * sizeBytes, sizeBytes, offset: 0, writable: true });
      this.#epoll.add(fd);
      const result = this.#map.update(mapEntry(cpu, fd), 0, 4, 0);
      if (result < 0) throw new BpfError(`Cannot enter a perf event in map "${this.#map.name}"`, result);
    }
  }

  [Symbol.dispose](): void {
    for (const { cpu, fd } of this.#events.splice(0)) {
      // The map has a reference of its own, which would keep the event alive. A closed map says so and has dropped it.
      this.#map.delete(mapEntry(cpu, fd), 0, 0);
      this.#epoll.remove(fd);
      this.#libc.close(fd);
    }
    this.#pages?.[Symbol.dispose]();
  }

  #open(): void {
    const attributes = outputEvent();
    for (let cpu = 0; cpu < this.#map.maxEntries; cpu++) {
      const fd = this.#libc.perfEventOpen(attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
      // Offline, or no such CPU below the highest that there may be.
      if (fd === -LINUX_ERRNO.ENODEV) continue;
      // Above the highest.
      if (fd === -LINUX_ERRNO.EINVAL && cpu > 0) break;
      if (fd < 0) {
        const refused = fd === -LINUX_ERRNO.EACCES || fd === -LINUX_ERRNO.EPERM;
        const hint = refused ? "run as root or grant CAP_PERFMON" : undefined;
        throw new BpfError(`Cannot open ${this.#noun} of CPU ${cpu}`, fd, { hint });
      }
      this.#events.push({ cpu, fd });
    }
  }
}

/** An element of the map: its key (the CPU), then its value (the perf event). */
function mapEntry(cpu: number, fd: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array([cpu, fd]).buffer);
}
