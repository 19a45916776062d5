/**
 * Sends numbered events through a ring buffer and a perf buffer for a long time, and checks that each arrives once and in order, and that
 * the memory and the descriptors of the process do not grow. Needs root, and what `scripts/build_guests.sh tests` built.
 *
 *     deno task soak [--seconds 3600] [--events 10000000]
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { run } from "../kernel/command.ts";
import { compiled } from "../kernel/compiled.ts";
import { FiringGuest } from "../kernel/firing_guest.ts";

const HERE = new URL(".", import.meta.url).pathname;
/** The part of the time after which the process has all its memory. */
const WARM_UP = 0.2;

/** Options of {@link soak}. */
export interface SoakOptions {
  /** The number of events, which pass through both buffers. */
  readonly events: number;
  /** The time in which they are sent. */
  readonly seconds: number;
  /** Gets a sample from time to time. */
  readonly onSample?: (sample: Sample, elapsedMs: number) => void;
}

/** Resources of the process. */
export interface Sample {
  readonly residentKib: number;
  readonly descriptors: number;
  readonly mappings: number;
}

/** The counts of one buffer. */
export interface BufferCounts {
  readonly delivered: number;
  /** Records that came out of order, after a gap, or twice. */
  readonly misplaced: number;
  readonly lost: number;
}

/** The result of {@link soak}. */
export interface SoakResult {
  /** The number of events that were sent. */
  readonly sent: number;
  readonly ring: BufferCounts;
  readonly perf: BufferCounts;
  /** After the first fifth of the time, and at the end. */
  readonly first: Sample;
  readonly last: Sample;
}

/** See the module's documentation. @throws {Error} when a process fails. */
export async function soak({ events, seconds, onSample }: SoakOptions): Promise<SoakResult> {
  const magic = String(0x40000000 + Math.floor(Math.random() * 0x10000));
  await using producer = await compiled(`${HERE}producer.c`);
  await using guest = new FiringGuest("libbpf/soak", [magic]);
  await expectLine(guest, "attached");
  const began = performance.now();
  const cpus = navigator.hardwareConcurrency;
  const count = Math.ceil(events / cpus);
  const rate = Math.ceil(count / seconds);
  const producers = Array.from({ length: cpus }, async (_, cpu) => {
    const { code } = await run(producer.path, [magic, `${cpu}`, `${count}`, `${rate}`]);
    if (code !== 0) throw new Error(`Cannot send events: the producer ended with ${code}`);
  });
  let first: Sample | undefined;
  const watch = setInterval(() => {
    const elapsedMs = performance.now() - began;
    const sample = sampleOf(guest.pid);
    if (elapsedMs >= seconds * WARM_UP * 1000) first ??= sample;
    onSample?.(sample, elapsedMs);
  }, Math.min(10_000, seconds * 50));
  try {
    await Promise.all(producers);
  } finally {
    clearInterval(watch);
  }
  const last = sampleOf(guest.pid);
  guest.kill("SIGTERM");
  const [ring, perf] = [countsOf(await guest.line()), countsOf(await guest.line())];
  return { sent: count * cpus, ring, perf, first: first ?? last, last };
}

async function expectLine(guest: FiringGuest, expected: string): Promise<void> {
  const line = await guest.line();
  if (line !== expected) throw new Error(`Cannot run soak.wasm: it printed "${line}"`);
}

function sampleOf(pid: number): Sample {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return {
    residentKib: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
    descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    mappings: Deno.readTextFileSync(`/proc/${pid}/maps`).split("\n").length,
  };
}

function countsOf(line: string): BufferCounts {
  const [delivered = NaN, misplaced = NaN, lost = NaN] = line.split(" ").map(Number);
  return { delivered, misplaced, lost };
}

if (import.meta.main) {
  const { seconds, events } = parseArgs(Deno.args, { default: { seconds: 3600, events: 10_000_000 } });
  const result = await soak({
    events: Number(events),
    seconds: Number(seconds),
    onSample: ({ residentKib, descriptors, mappings }, elapsedMs) => {
      const minutes = (elapsedMs / 60_000).toFixed(1);
      console.log(`${minutes} min: ${residentKib} KiB resident, ${descriptors} descriptors, ${mappings} mappings`);
    },
  });
  console.log(result);
}
