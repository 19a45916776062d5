/**
 * `perf_buffer__*`.
 *
 * The guest gives the room into which the pump copies batches of records, as for ring buffers. Its callbacks are
 * `sample(ptr context, i32 cpu, ptr data, i32 size)`, `lost(ptr context, i32 cpu, i64 count)`, and for `perf_buffer__new_raw()`
 * `event(ptr context, i32 cpu, ptr record) -> i32`, which returns a number of `enum bpf_perf_event_ret`.
 *
 * @module
 */

import { outputEvent, type PerfCpu } from "../../ffi/libbpf/perf_buffer.ts";
import { PERF_COUNT, PERF_TYPE } from "../../ffi/system/linux_numbers.ts";
import type { PerfEvent } from "../../ffi/system/perf_event.ts";
import { LAYOUT } from "../../ffi/system/struct_layouts.ts";
import type { GuestContext } from "../core/context.ts";
import { MAX_DESCRIPTORS } from "../core/descriptors.ts";
import type { GuestPerf, PerfCallbacks, PerfOptions } from "../core/event_buffers.ts";
import type { GuestMap } from "../core/guest_map.ts";
import { HandleKind } from "../core/handles.ts";
import { guestPtr, guestSize, type WasmPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import { madeLines } from "./made_lines.ts";
import { BufferDescriptors, Buffers, checkedRoom, mapAt, quietly, readOptions, receiverOf } from "./buffers.ts";

/** `struct perf_buffer_opts`: `sample_period` is a u32. */
const OPTIONS = { size: 16, sample_period: 8 };
/** `struct perf_buffer_raw_opts`: `cpu_cnt` is an int, the others are pointers to arrays of int. */
const RAW_OPTIONS = { size: 32, cpu_cnt: 8, cpus: 16, map_keys: 24 };

/** The flags of `struct perf_event_attr` that a guest may set: disabled, exclude_*, watermark, sample_id_all. */
const DISABLED = 1n << 0n;
const FLAGS = DISABLED | 0b1111n << 4n | 1n << 14n | 1n << 18n;

/** `struct perf_buffer`. */
const PERF_BUFFERS = new HandleKind<PerfBuffer>("perf_buffer");

/** The buffers of all CPUs, and their map. Disposing frees them. */
class PerfBuffer implements Disposable {
  readonly perf: GuestPerf;
  readonly #guest: GuestContext;
  readonly #map: GuestMap;
  readonly #descriptors: BufferDescriptors;
  readonly #beforeClose: () => void;

  constructor(guest: GuestContext, mapFd: number, options: PerfOptions & { callbacks: PerfCallbacks }) {
    const map = mapAt(guest, mapFd);
    const receiver = { ...receiverOf(guest), callbacks: options.callbacks };
    this.#guest = guest;
    this.#map = map;
    this.#descriptors = new BufferDescriptors(guest);
    const perf = map.admitBuffer((bufferMap) => guest.gate.buffers.perf(bufferMap, receiver, options));
    this.perf = perf;
    this.#beforeClose = guest.losses.watch({
      map: map.name,
      kind: "perf",
      levels: perf,
      readLost: () => perf.lost,
      // A raw callback gets the records about losses too.
      reportsToGuest: Number(options.callbacks.lost) !== 0 || Number(options.callbacks.event) !== 0,
    });
  }

  /** Runs a delivery, and counts its records. */
  deliver(run: (perf: GuestPerf) => number): number {
    const { perf } = this;
    const { counters } = this.#guest;
    const { delivered } = perf;
    let result: number;
    try {
      result = run(perf);
    } finally {
      counters.delivered += perf.delivered - delivered;
    }
    this.#guest.losses.check();
    return result;
  }

  /** The guest's number for the perf event at `index`. Refuses with EINVAL. */
  fdAt(index: number): number {
    const fd = this.perf.fds[index] ?? refuse("EINVAL");
    return this.#descriptors.numberOf(fd, "perf_event");
  }

  get epollFd(): number {
    return this.#descriptors.numberOf(this.perf.epollFd, "epoll");
  }

  [Symbol.dispose](): void {
    this.#beforeClose();
    this.#descriptors[Symbol.dispose]();
    this.perf[Symbol.dispose]();
    this.#map.giveBuffer();
  }
}

/** The lines. */
export const PERF_BUFFER_LINES = madeLines(
  [
    "perf_buffer__new",
    "perf_buffer__new_raw",
    "perf_buffer__free",
    "perf_buffer__room",
    "perf_buffer__poll",
    "perf_buffer__consume",
    "perf_buffer__consume_buffer",
    "perf_buffer__epoll_fd",
    "perf_buffer__buffer_cnt",
    "perf_buffer__buffer_fd",
  ],
  perfBufferFunctions,
  { guest: "sdk" },
);

/** The functions, not yet guarded. Those that return "ptr" return numbers. */
function perfBufferFunctions(guest: GuestContext) {
  const buffers = new Buffers(guest, PERF_BUFFERS);
  const none = guest.addressBits === 64 ? 0n : 0;
  const open = (mapFd: number, options: PerfOptions & { callbacks: PerfCallbacks }): number =>
    quietly(() => buffers.add(new PerfBuffer(guest, mapFd, options)));
  return {
    perf_buffer__new: (
      mapFd: number,
      pages: WasmPtr,
      sample: WasmPtr,
      lost: WasmPtr,
      context: WasmPtr,
      options: WasmPtr,
    ): number => {
      const period = readOptions(guest, { at: options, sizeBytes: OPTIONS.size }).getUint32(
        OPTIONS.sample_period,
        true,
      );
      const callbacks = { sample, lost, event: none, context };
      return open(mapFd, { pages: guestSize(pages), event: outputEvent(period || 1), callbacks });
    },
    perf_buffer__new_raw: (
      mapFd: number,
      pages: WasmPtr,
      attributes: WasmPtr,
      event: WasmPtr,
      context: WasmPtr,
      options: WasmPtr,
    ): number => {
      const callbacks = { sample: none, lost: none, event, context };
      const cpus = readCpus(guest, readOptions(guest, { at: options, sizeBytes: RAW_OPTIONS.size }));
      return open(mapFd, { pages: guestSize(pages), event: readEvent(guest, attributes), cpus, callbacks });
    },
    perf_buffer__free: (handle: WasmPtr): void => buffers.free(handle),
    perf_buffer__room: (handle: WasmPtr): number => buffers.get(handle).perf.roomBytes,
    perf_buffer__poll: (handle: WasmPtr, timeoutMs: number, at: WasmPtr, size: WasmPtr): number => {
      const room = checkedRoom(guest, { at, sizeBytes: size });
      return buffers.get(handle).deliver((perf) => perf.poll(room, timeoutMs));
    },
    perf_buffer__consume: (handle: WasmPtr, at: WasmPtr, size: WasmPtr): number => {
      const room = checkedRoom(guest, { at, sizeBytes: size });
      // libbpf's function returns 0, and not the number of buffers.
      return Math.min(buffers.get(handle).deliver((perf) => perf.consume(room)), 0);
    },
    perf_buffer__consume_buffer: (handle: WasmPtr, index: WasmPtr, at: WasmPtr, size: WasmPtr): number => {
      const room = checkedRoom(guest, { at, sizeBytes: size });
      const buffer = buffers.get(handle);
      const number = guestSize(index);
      if (number >= buffer.perf.fds.length) refuse("EINVAL");
      return Math.min(buffer.deliver((perf) => perf.consume(room, number)), 0);
    },
    perf_buffer__epoll_fd: (handle: WasmPtr): number => quietly(() => buffers.get(handle).epollFd),
    perf_buffer__buffer_cnt: (handle: WasmPtr): number => buffers.get(handle).perf.fds.length,
    perf_buffer__buffer_fd: (handle: WasmPtr, index: WasmPtr): number => buffers.get(handle).fdAt(guestSize(index)),
  };
}

/** The CPUs that `struct perf_buffer_raw_opts` names; undefined for all. */
function readCpus(guest: GuestContext, options: DataView): PerfCpu[] | undefined {
  const count = options.getInt32(RAW_OPTIONS.cpu_cnt, true);
  if (count <= 0) return undefined;
  if (count > MAX_DESCRIPTORS) refuse("EINVAL");
  const numbers = (field: number): Int32Array => {
    const at = guestPtr(options.getBigUint64(field, true), guest.addressBits);
    return new Int32Array(guest.memory.view(at, 4 * count).slice().buffer);
  };
  const keys = numbers(RAW_OPTIONS.map_keys);
  return [...numbers(RAW_OPTIONS.cpus)].map((cpu, i) => ({ cpu, key: keys[i] ?? 0 }));
}

/**
 * The guest's `struct perf_event_attr`. Refuses with EINVAL all events but PERF_COUNT_SW_BPF_OUTPUT: the kernel lets programs write
 * into buffers of no others.
 */
function readEvent(guest: GuestContext, attributes: WasmPtr): PerfEvent {
  const at = LAYOUT.perf_event_attr;
  const from = guestPtr(attributes, guest.addressBits);
  if (from === 0) refuse("EINVAL");
  const view = new DataView(guest.memory.view(from, at.size).slice().buffer);
  const flags = view.getBigUint64(at.flags, true);
  const isOutput = view.getUint32(at.type, true) === PERF_TYPE.SOFTWARE &&
    view.getBigUint64(at.config, true) === BigInt(PERF_COUNT.SW_BPF_OUTPUT);
  if (!isOutput || (flags & ~FLAGS) !== 0n) refuse("EINVAL");
  return {
    type: PERF_TYPE.SOFTWARE,
    config: PERF_COUNT.SW_BPF_OUTPUT,
    samplePeriod: Number(view.getBigUint64(at.sample_period, true)),
    sampleType: Number(view.getBigUint64(at.sample_type, true)),
    // libbpf enables the event, and this one is not enabled later.
    flags: Number(flags & ~DISABLED),
    wakeupEvents: view.getUint32(at.wakeup_events, true),
  };
}
