/**
 * Compares the event pump with libbpf in C: nanoseconds per event, with a light callback and the same producers. Needs
 * root.
 *
 *     deno run -A bench/pump.ts [rounds]
 *
 * Both run in turn, several times, so that other load on the machine affects both. Each figure is the median of all
 * rounds.
 *
 * @module
 */

import { EventBuffer } from "../host/pump/mod.ts";
import { build, OUT } from "./build.ts";
import { type EmitterName, Events, EVENTS_OBJECT } from "../tests/kernel/pump_events.ts";

interface Case {
  map: "ring" | "large_ring" | "perf";
  size: number;
  /** Records in each round, as many as fit. 0 measures polls of the empty buffer. */
  count: number;
}

const CASES: readonly Case[] = [
  { map: "ring", size: 8, count: 16_000 },
  { map: "ring", size: 64, count: 3600 },
  { map: "ring", size: 512, count: 500 },
  { map: "large_ring", size: 64, count: 58_000 },
  { map: "large_ring", size: 4096, count: 1000 },
  { map: "perf", size: 8, count: 8000 },
  { map: "perf", size: 64, count: 2800 },
  { map: "perf", size: 512, count: 480 },
  { map: "perf", size: 4096, count: 60 },
  { map: "ring", size: 0, count: 0 },
  { map: "perf", size: 0, count: 0 },
];

const BATCHES = 3;
const EMPTY_POLLS = 1000;
const DATA = 4096;

if (import.meta.main) {
  const rounds = Number(Deno.args[0] ?? 40);
  await build({ binary: false });
  const guest = new WebAssembly.Module(Deno.readFileSync(`${OUT}/light.wasm`));
  console.log(`| event | native C | spread | here | spread | ratio |\n|---|---|---|---|---|---|`);
  for (const bench of CASES) {
    const theirs: number[] = [];
    const ours: number[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      theirs.push(...runNative(bench, rounds));
      ours.push(...measure(bench, guest, rounds));
    }
    const [a, b] = [summary(theirs), summary(ours)];
    const name = bench.count ? `${bench.map}, ${bench.size} B` : `${bench.map}, empty poll`;
    const ratio = (b.median / a.median).toFixed(2);
    console.log(`| ${name} | ${a.median} ns | ${a.spread} | ${b.median} ns | ${b.spread} | ${ratio} |`);
  }
}

/** Runs the native twin. @returns the nanoseconds per record of each round. */
function runNative({ map, size, count }: Case, rounds: number): number[] {
  const args = [EVENTS_OBJECT, map, ...[size, count, rounds].map(String)];
  const { success, stdout, stderr } = new Deno.Command(`${OUT}/ring`, { args }).outputSync();
  if (!success) throw new Error(`ring failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim().split("\n").map(Number);
}

/** Measures the pump. Ignores the first rounds, which run in V8's baseline code. */
function measure({ map, size, count }: Case, guest: WebAssembly.Module, rounds: number): number[] {
  const { memory, __indirect_function_table: table, callback } = new WebAssembly.Instance(guest).exports;
  if (
    !(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table) || typeof callback !== "function"
  ) throw new TypeError("no guest");
  const index = Number(callback());
  using events = new Events();
  using buffer = EventBuffer.open(events.calls, events.map(map), { memory, table });
  const program: EmitterName = `emit_${map}`;
  const results: number[] = [];
  for (let round = -rounds; round < rounds; round++) {
    if (count && events.emit(program, { count, size }) !== count) throw new Error("Records were lost");
    const start = performance.now();
    if (count) {
      if (buffer.poll(index, 0, DATA, 8192, 0) !== count) throw new Error("Records are missing");
    } else {
      for (let i = 0; i < EMPTY_POLLS; i++) buffer.poll(index, 0, DATA, 8192, 0);
    }
    if (round >= 0) results.push((performance.now() - start) * 1e6 / (count || EMPTY_POLLS));
  }
  return results;
}

/** The median, and the range of the middle 80 %. */
function summary(values: number[]): { median: number; spread: string } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Number(sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(2));
  return { median: at(0.5), spread: `${at(0.1)}-${at(0.9)}` };
}
