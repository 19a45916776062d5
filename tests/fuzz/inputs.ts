/**
 * Fuzzes the readers of files, and the pumps, in worker processes.
 *
 * @module
 */

import { compileObject } from "../../object/testdata/compile.ts";
import { Random } from "../../object/testdata/damage.ts";
import { NEEDS_SECTION } from "../../wasm/needs.ts";
import type { Budget, Findings, Replay } from "./findings.ts";
import { makeHostileGuest } from "./hostile_guest.ts";
import { mutateModule } from "./mutate_module.ts";
import { MutableObject } from "./mutate_object.ts";
import { BUFFERS } from "./rings.ts";
import { compileCorpus, seedObjects } from "./target.ts";
import { type InputMode, type LineWorker, startInputWorker, WorkerFailure } from "./workers.ts";

/** Fuzzes the readers of modules, up to their compilation. */
export function fuzzModules(budget: Budget, findings: Findings): Promise<void> {
  const random = new Random(budget.seed);
  const object = compileObject("sections");
  const seeds = ([32, 64] as const).map((addressBits) =>
    withNeeds(makeHostileGuest(random, { addressBits, object, calls: 20, foreignIds: [1] }))
  );
  return fuzzFiles("modules", "wasm", { budget, findings, make: () => mutateModule(of(seeds, random), random) });
}

/** Fuzzes the readers of objects and types. */
export function fuzzBtf(budget: Budget, findings: Findings): Promise<void> {
  const random = new Random(budget.seed);
  const seeds = [...seedObjects(), compileCorpus("kernel.c")].map((bytes) => new MutableObject(bytes));
  return fuzzFiles("btf", "o", { budget, findings, make: () => of(seeds, random).mutate(random) });
}

/** Fuzzes the readers of policies. */
export function fuzzPolicies(budget: Budget, findings: Findings): Promise<void> {
  const random = new Random(budget.seed);
  const seed = new TextEncoder().encode(POLICY);
  return fuzzFiles("policies", "jsonc", { budget, findings, make: () => mutatePolicy(seed, random) });
}

/** A policy with every kind of key. */
const POLICY = `{
  // A comment.
  "version": 1, "network": ["eth*", "/sys/fs/cgroup/x"], "deny": false, "signal": true, "structOps": true,
  "programTypes": ["kprobe", "xdp"], "helpers": ["map_*"], "kfuncs": [], "functions": ["vfs_*"],
  "tracepoints": ["sched/*"], "binaries": ["/usr/bin/*"], "interfaces": true, "cgroups": ["/a/**"],
  "mapTypes": ["hash", "ringbuf"], "perfEvents": true, "packetSockets": false,
  "limits": { "objects": 1, "programs": 2, "links": 3, "buffers": 4, "maps": 5, "mapBytes": 65536 },
  "pin": "/sys/fs/bpf/x", "directories": ["/a::/b:ro"], "environment": ["A=b"],
}`;

/** Pieces that JSON readers often handle badly. */
const PIECES = [
  "{",
  "}",
  "[",
  "]",
  ",",
  '"',
  "\\",
  "\\u0000",
  "/*",
  "//",
  "*/",
  "null",
  "1e999",
  "-0",
  "0x1",
  "__proto__",
  "true",
  "**",
  "\u{2028}",
  "\0",
];

function mutatePolicy(seed: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let text = new TextDecoder().decode(seed);
  for (let i = 0; i <= random.below(4); i++) {
    const at = random.below(text.length + 1);
    const from = random.below(text.length + 1);
    const added = random.below(2) === 0 ? of(PIECES, random) : text.slice(from, from + random.below(30));
    text = text.slice(0, at) + added + text.slice(at + random.below(3) * random.below(20));
  }
  return new TextEncoder().encode(random.below(50) === 0 ? "[".repeat(random.below(100_000)) + text : text);
}

/** Fuzzes the pumps. */
export async function fuzzRings(budget: Budget, findings: Findings): Promise<void> {
  let worker: LineWorker | undefined;
  for (let seed = budget.seed * 65_537; !budget.isOver(); seed++) {
    worker ??= startInputWorker("rings");
    try {
      const problem: unknown = JSON.parse(await worker.ask(`${seed}`));
      findings.count(BUFFERS);
      if (problem !== "") findings.add("rings", new TextEncoder().encode(`${seed}`), `${problem}`);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      worker = undefined;
      findings.add("rings", new TextEncoder().encode(`${seed}`), error.message);
    }
  }
  await worker?.[Symbol.asyncDispose]();
}

async function fuzzFiles(
  mode: "modules" | "btf" | "policies",
  extension: string,
  { budget, findings, make }: { budget: Budget; findings: Findings; make: () => Uint8Array<ArrayBuffer> },
): Promise<void> {
  const path = `${findings.folder}/${mode}-${budget.seed}.${extension}`;
  let worker: LineWorker | undefined;
  while (!budget.isOver()) {
    const bytes = make();
    Deno.writeFileSync(path, bytes);
    worker ??= startInputWorker(mode);
    try {
      const problem: unknown = JSON.parse(await worker.ask(path));
      findings.count();
      if (problem !== "") findings.add(extension, bytes, `${problem}`);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      worker = undefined;
      findings.add(extension, bytes, error.message);
    }
  }
  await worker?.[Symbol.asyncDispose]();
  Deno.removeSync(path);
}

/** The module with a record of the files that it needs. */
function withNeeds(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const content = new TextEncoder().encode(`/etc/passwd:ro\n/sys/fs/bpf:rw\n`);
  const name = new TextEncoder().encode(NEEDS_SECTION);
  return Uint8Array.from([...bytes, 0, 1 + name.length + content.length, name.length, ...name, ...content]);
}

function of<T>(values: readonly T[], random: Random): T {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new TypeError("Cannot choose from nothing");
  return value;
}

/** Reads one file, or walks the buffers of one seed. */
export function replayInput(mode: InputMode): Replay {
  return async (bytes, findings) => {
    const path = `${findings.folder}/replay.${mode}`;
    Deno.writeFileSync(path, bytes);
    await using worker = startInputWorker(mode);
    const problem: unknown = JSON.parse(await worker.ask(mode === "rings" ? new TextDecoder().decode(bytes) : path));
    if (problem !== "") findings.add(mode, bytes, `${problem}`);
  };
}
