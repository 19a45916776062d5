/**
 * Walks ring and perf buffers with hostile headers by the pumps of both versions.
 *
 * The pump may trap or return an error. It must end, and write nothing outside the guest's room.
 *
 * @module
 */

import type { AddressBits } from "../../host/core/memory.ts";
import { fixedMemory } from "../../host/pump/fixed_memory.ts";
import { instantiateBatchPump, instantiatePump, PERF_NOTES_BYTES } from "../../host/pump/pump.ts";
import { Random } from "../../object/testdata/damage.ts";
import { BatchGuest, Entry } from "../guests/batch_guest.ts";
import { TestGuest } from "../guests/pump_guest.ts";

/** The number of buffers that one seed stands for. */
export const BUFFERS = 200;

const PAGE = 4096;
const DATA_BYTES = 4096;
const CPUS = 2;
const GUEST_BYTES = 2 * 65536;
const ROOM = 8192;
const ROOM_BYTES = 2048;
const UNTOUCHED = 0xee;
const MAX_MS = 1000;

/** Sizes, types and flags as they appear in headers. */
const NASTY = [
  0,
  1,
  2,
  4,
  7,
  8,
  9,
  15,
  16,
  24,
  100,
  4088,
  4095,
  4096,
  0xffff,
  0x3fffffff,
  0x40000000,
  0x7fffffff,
  0x80000000,
  0xffffffff,
];

interface Walk {
  readonly memory: WebAssembly.Memory;
  readonly run: () => unknown;
}

/** Walks some buffers. @returns a problem, or "". */
export function walkHostileBuffers(seed: number): string {
  const random = new Random(seed);
  for (let i = 0; i < BUFFERS; i++) {
    const { memory, run } = makeWalk(random);
    const before = performance.now();
    try {
      run();
    } catch (error) {
      // The pump traps at headers that the kernel never writes.
      if (!(error instanceof WebAssembly.RuntimeError)) return `buffer ${i} of seed ${seed}: ${error}`;
    }
    const ms = performance.now() - before;
    if (ms > MAX_MS) return `buffer ${i} of seed ${seed} took ${ms} ms`;
    // Some callbacks let the memory grow.
    const bytes = new Uint8Array(memory.buffer, 0, GUEST_BYTES);
    const touched = bytes.findIndex((byte, at) => byte !== UNTOUCHED && (at < ROOM || at >= ROOM + ROOM_BYTES));
    if (touched >= 0) return `buffer ${i} of seed ${seed}: byte ${touched} is outside the room`;
  }
  return "";
}

function makeWalk(random: Random): Walk {
  const bits: AddressBits = random.below(2) === 0 ? 32 : 64;
  const isPerf = random.below(2) === 0;
  const weakOrder = random.below(2) === 0;
  const sizeBytes = isPerf ? PAGE + CPUS * (PAGE + DATA_BYTES) : 65536;
  const { memory: pages, buffer } = fixedMemory(sizeBytes, { mapName: "test", addressBits: bits });
  const view = new DataView(buffer);
  if (isPerf) {
    for (let cpu = 0; cpu < CPUS; cpu++) fillPerf(view, cpu, random);
  } else fillRing(view, random);
  const perf = isPerf ? { perf: { start: PAGE, count: CPUS } } : {};
  const layout = { pageSizeBytes: PAGE, dataBytes: DATA_BYTES, weakOrder, ...perf };
  return bits === 32 && random.below(2) === 0
    ? walkOfVersion1(pages, layout, { isPerf, random })
    : walkOfVersion2(pages, layout, { isPerf, random, bits });
}

type Layout = Parameters<typeof instantiatePump>[1];

function walkOfVersion1(
  pages: WebAssembly.Memory,
  layout: Layout,
  { isPerf, random }: { isPerf: boolean; random: Random },
): Walk {
  const guest = new TestGuest();
  const pump = instantiatePump(pages, layout, guest);
  const callback = random.below(8);
  const run = () =>
    isPerf ? pump.perf_consume(callback, 0, ROOM, ROOM_BYTES) : pump.ring_consume(callback, 0, ROOM, ROOM_BYTES);
  return { memory: guest.memory, run };
}

function walkOfVersion2(
  pages: WebAssembly.Memory,
  layout: Layout,
  { isPerf, random, bits }: { isPerf: boolean; random: Random; bits: AddressBits },
): Walk {
  const guest = new BatchGuest(bits);
  const pump = instantiateBatchPump(pages, layout, guest);
  const callback = random.below(4) > 0 ? Entry.RING : random.below(Entry.BEYOND + 1);
  const [room, size] = [guest.ptr(ROOM), guest.ptr(ROOM_BYTES)];
  const limit = 1 + random.below(100);
  const event = random.below(2) === 0 ? Entry.EVENT : 0;
  const run = () =>
    isPerf
      ? pump.perf_deliver(
        guest.ptr(Entry.SAMPLE),
        guest.ptr(Entry.LOST),
        guest.ptr(event),
        guest.ptr(0),
        room,
        size,
        0,
        CPUS,
      )
      : pump.ring_deliver(guest.ptr(callback), guest.ptr(0), room, size, limit);
  return { memory: guest.memory, run };
}

/** A position. The two of a buffer are at most 64 KiB apart, so that a walk by single bytes would end. */
function positions(random: Random): [consumer: bigint, producer: bigint] {
  const start = BigInt(random.below(4) === 0 ? random.below(100) : 8 * random.below(10_000)) +
    (random.below(4) === 0 ? (1n << 32n) - 4096n : 0n);
  return [start, start + BigInt(random.below(3) === 0 ? random.below(65536) : 8 * random.below(512))];
}

function fillRing(view: DataView, random: Random): void {
  const [consumer, producer] = positions(random);
  view.setBigUint64(0, consumer, true);
  view.setBigUint64(PAGE, producer, true);
  fillData(view, 2 * PAGE, 2 * DATA_BYTES, random);
}

function fillPerf(view: DataView, cpu: number, random: Random): void {
  const [tail, head] = positions(random);
  const base = PAGE + cpu * (PAGE + DATA_BYTES);
  view.setUint32(cpu * PERF_NOTES_BYTES + 8, cpu, true);
  view.setBigUint64(base + 1024, head, true);
  view.setBigUint64(base + 1032, tail, true);
  fillData(view, base + PAGE, DATA_BYTES, random);
}

/** Headers of both kinds of buffers: mostly plausible sizes, at all multiples of 8. */
function fillData(view: DataView, from: number, sizeBytes: number, random: Random): void {
  for (let at = from; at < from + sizeBytes; at += 8) {
    view.setUint32(at, random.below(3) === 0 ? NASTY[random.below(NASTY.length)] ?? 0 : random.below(10), true);
    view.setUint16(at + 4, random.below(4), true);
    view.setUint16(at + 6, random.below(3) === 0 ? random.below(65536) : 8 * random.below(20), true);
  }
}
