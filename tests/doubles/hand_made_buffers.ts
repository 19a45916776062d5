/**
 * Ring and perf buffers in plain memory, with the kernel's layout, for tests of the pump.
 *
 * @module
 */

import type { EventReceiver } from "../../host/core/event_buffers.ts";
import { fixedMemory } from "../../host/pump/fixed_memory.ts";
import { instantiateBatchPump, instantiatePump, PERF_NOTES_BYTES, type PumpLayout } from "../../host/pump/pump.ts";

const PAGE = 4096;

/** Makes the pump of a buffer. */
type MakePump<P> = (memory: WebAssembly.Memory, layout: PumpLayout, guest: EventReceiver) => P;

/** The first position of producer and consumer, a multiple of 8, and the pump's order of stores. */
export interface HandMadeOptions {
  start?: number;
  weakOrder?: boolean;
}

/** Bytes of data in each of these buffers. */
export const DATA_BYTES = 4096;

/** A ring buffer with the pump of version 1. */
export function handMadeRing(guest: EventReceiver, options?: HandMadeOptions) {
  return new HandMadeRing(instantiatePump, guest, options);
}

/** A ring buffer with the pump of version 2. */
export function handMadeBatchRing(guest: EventReceiver, options?: HandMadeOptions) {
  return new HandMadeRing(instantiateBatchPump, guest, options);
}

/** A ring buffer. */
export class HandMadeRing<P> {
  readonly pump: P;
  readonly #view: DataView;

  constructor(make: MakePump<P>, guest: EventReceiver, options: HandMadeOptions = {}) {
    const { start = 0, weakOrder = false } = options;
    const { memory, buffer } = fixedMemory(65536, { mapName: "test", addressBits: guest.addressBits });
    this.#view = new DataView(buffer);
    this.pump = make(memory, { pageSizeBytes: PAGE, dataBytes: DATA_BYTES, weakOrder }, guest);
    this.#setPosition(0, start);
    this.#setPosition(PAGE, start);
  }

  get consumer(): number {
    return Number(this.#view.getBigUint64(0, true));
  }

  get producer(): number {
    return Number(this.#view.getBigUint64(PAGE, true));
  }

  /** Appends a record. @returns its position. */
  push(bytes: Uint8Array, state: "committed" | "busy" | "discarded" = "committed"): number {
    const position = this.producer;
    const end = position + Math.ceil((bytes.length + 8) / 8) * 8;
    if (end - this.consumer > DATA_BYTES) throw new RangeError("The ring is full");
    bytes.forEach((byte, i) => this.#setByte(position + 8 + i, byte));
    this.setState(position, bytes.length, state);
    this.#setPosition(PAGE, end);
    return position;
  }

  /** Writes the header of the record at `position`. */
  setState(position: number, size: number, state: "committed" | "busy" | "discarded"): void {
    const word = new Uint8Array(4);
    const flag = { committed: 0, busy: 0x80000000, discarded: 0x40000000 }[state];
    new DataView(word.buffer).setUint32(0, size + flag, true);
    word.forEach((byte, i) => this.#setByte(position + i, byte));
  }

  /** Writes to both copies of the data. The kernel maps each page twice. */
  #setByte(position: number, byte: number): void {
    const at = 2 * PAGE + position % DATA_BYTES;
    this.#view.setUint8(at, byte);
    this.#view.setUint8(at + DATA_BYTES, byte);
  }

  #setPosition(at: number, position: number): void {
    this.#view.setBigUint64(at, BigInt(position), true);
  }
}

/** Types of perf records. */
export const PerfType = { LOST: 2, THROTTLE: 5, SAMPLE: 9 } as const;

/** Options of {@link HandMadePerf}; `start` is the first data_head and data_tail of each buffer. */
type PerfOptions = Pick<HandMadeOptions, "start"> & { count?: number };

/** Perf buffers with the pump of version 1. */
export function handMadePerf(guest: EventReceiver, options?: PerfOptions) {
  return new HandMadePerf(instantiatePump, guest, options);
}

/** Perf buffers with the pump of version 2. The CPU of buffer 0 is 100. */
export function handMadeBatchPerf(guest: EventReceiver, options?: PerfOptions) {
  return new HandMadePerf(instantiateBatchPump, guest, options);
}

/** The perf buffers of a few CPUs. */
export class HandMadePerf<P> {
  readonly pump: P;
  readonly #view: DataView;

  constructor(make: MakePump<P>, guest: EventReceiver, options: PerfOptions = {}) {
    const { count = 2, start = 0 } = options;
    const { memory, buffer } = fixedMemory(PAGE + count * (PAGE + DATA_BYTES), {
      mapName: "test",
      addressBits: guest.addressBits,
    });
    this.#view = new DataView(buffer);
    const layout = { pageSizeBytes: PAGE, dataBytes: DATA_BYTES, perf: { start: PAGE, count } };
    this.pump = make(memory, layout, guest);
    for (let cpu = 0; cpu < count; cpu++) {
      this.#view.setUint32(cpu * PERF_NOTES_BYTES + 8, 100 + cpu, true);
      this.#setPosition(this.#base(cpu) + 1024, start);
      this.#setPosition(this.#base(cpu) + 1032, start);
    }
  }

  head(cpu: number): number {
    return Number(this.#view.getBigUint64(this.#base(cpu) + 1024, true));
  }

  tail(cpu: number): number {
    return Number(this.#view.getBigUint64(this.#base(cpu) + 1032, true));
  }

  /** Appends a sample. Its data is padded so that the record is a multiple of 8 bytes. @returns the size of data and padding. */
  sample(cpu: number, data: Uint8Array): number {
    const size = Math.ceil((data.length + 4) / 8) * 8 - 4;
    const body = new Uint8Array(4 + size);
    new DataView(body.buffer).setUint32(0, size, true);
    body.set(data, 4);
    this.push(cpu, PerfType.SAMPLE, body);
    return size;
  }

  /** Appends a record about `count` lost records. */
  lost(cpu: number, count: number): void {
    this.push(cpu, PerfType.LOST, new Uint8Array(new BigUint64Array([77n, BigInt(count)]).buffer));
  }

  /** Appends a record of any type. @param size the size in its header. */
  push(cpu: number, type: number, body: Uint8Array, size = 8 + body.length): void {
    const head = this.head(cpu);
    if (head + 8 + body.length - this.tail(cpu) > DATA_BYTES) throw new RangeError("The perf buffer is full");
    const record = new Uint8Array(8 + body.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, type, true);
    view.setUint16(6, size, true);
    record.set(body, 8);
    record.forEach((byte, i) => this.#view.setUint8(this.#base(cpu) + PAGE + (head + i) % DATA_BYTES, byte));
    this.#setPosition(this.#base(cpu) + 1024, head + record.length);
  }

  #base(cpu: number): number {
    return PAGE + cpu * (PAGE + DATA_BYTES);
  }

  #setPosition(at: number, position: number): void {
    this.#view.setBigUint64(at, BigInt(position), true);
  }
}
