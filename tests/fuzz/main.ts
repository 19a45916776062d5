/**
 * Fuzzes the boundary between guests and host: `deno task fuzz --help`.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { Findings } from "./findings.ts";
import { fuzzImports, replayGuest } from "./imports.ts";
import { fuzzBtf, fuzzModules, fuzzPolicies, fuzzRings, replayInput } from "./inputs.ts";
import { fuzzObjects, replayObject } from "./objects.ts";
import type { Fuzzer, Replay } from "./findings.ts";

const FAILURES = new URL("failures/", import.meta.url).pathname;
const FOLDER = new URL("../../.build/fuzz", import.meta.url).pathname;

const USAGE = `Usage: deno task fuzz [--seconds N] [--seed N] [--only NAME]
       deno task fuzz --replay FILE

Fuzzes the host with inputs that a hostile guest may give it. Needs root, and scripts/build_libbpf.sh --asan.

  --seconds N    the time of all fuzzers together, 90 by default
  --seed N       the seed of all inputs, by default from the clock
  --only NAME    only this fuzzer:
                   objects   mutated objects, opened and loaded by libbpf under the address sanitizer
                   imports   guests that call all imports with right and wrong arguments, on the real kernel
                   modules   mutated WebAssembly modules
                   btf       mutated objects and types, for gen and inspect
                   policies  policy files, and policies in modules
                   rings     ring and perf buffers with hostile headers
  --replay FILE  one input that a run wrote: .o, .wasm, .jsonc or .rings

The files in tests/fuzz/failures/ run first. Inputs that fail are written to .build/fuzz/, each with its report beside
it. The exit code is 1 if there are any.`;

/** The fuzzers, with their part of the time. */
const FUZZERS: Readonly<Record<string, { share: number; fuzz: Fuzzer }>> = {
  objects: { share: 4, fuzz: fuzzObjects },
  imports: { share: 3, fuzz: fuzzImports },
  modules: { share: 1, fuzz: fuzzModules },
  btf: { share: 1, fuzz: fuzzBtf },
  policies: { share: 1, fuzz: fuzzPolicies },
  rings: { share: 1, fuzz: fuzzRings },
};

const REPLAYS: Readonly<Record<string, readonly Replay[]>> = {
  o: [replayObject, replayInput("btf")],
  wasm: [replayInput("modules"), replayGuest],
  jsonc: [replayInput("policies")],
  rings: [replayInput("rings")],
};

/** Runs inputs of earlier failures. @returns the exit code. */
async function replay(paths: readonly string[]): Promise<number> {
  const findings = new Findings(FOLDER, "replay");
  for (const path of paths) {
    const extension = path.slice(path.lastIndexOf(".") + 1);
    for (const run of REPLAYS[extension] ?? []) await run(Deno.readFileSync(path), findings);
    findings.count();
  }
  console.log(`replay: ${findings.executions} inputs, ${findings.failures.size} failures`);
  return findings.failures.size > 0 ? 1 : 0;
}

/** Runs fuzzers one after another. @returns the exit code. */
async function run(names: readonly string[], seed: number, seconds: number): Promise<number> {
  const total = names.reduce((sum, name) => sum + (FUZZERS[name]?.share ?? 0), 0);
  let failures = 0;
  for (const name of names) {
    const fuzzer = FUZZERS[name];
    if (fuzzer === undefined) throw new RangeError(`Cannot fuzz "${name}": unknown`);
    const start = performance.now();
    const end = start + seconds * 1000 * fuzzer.share / total;
    const findings = new Findings(FOLDER, `${name}-${seed}`);
    await fuzzer.fuzz({ seed, isOver: () => performance.now() > end || findings.failures.size > 9 }, findings);
    const rate = findings.executions * 1000 / (performance.now() - start);
    const notes = findings.notes === "" ? "" : `: ${findings.notes}`;
    console.log(
      `${name}: seed ${seed}, ${findings.executions} executions, ${rate.toFixed(0)} per second, ` +
        `${findings.failures.size} failures${notes}`,
    );
    failures += findings.failures.size;
  }
  return failures > 0 ? 1 : 0;
}

async function main(): Promise<number> {
  const options = parseArgs(Deno.args, { string: ["seconds", "seed", "only", "replay"], boolean: ["help"] });
  if (options["help"]) {
    console.log(USAGE);
    return 0;
  }
  if (options["replay"] !== undefined) return await replay([`${options["replay"]}`]);
  const isAll = options["only"] === undefined;
  const known = isAll ? [...Deno.readDirSync(FAILURES)].map(({ name }) => FAILURES + name).sort() : [];
  if (known.length > 0 && await replay(known) > 0) return 1;
  const names = isAll ? Object.keys(FUZZERS) : [`${options["only"]}`];
  return await run(names, Number(options["seed"] ?? Date.now() % 1_000_000), Number(options["seconds"] ?? 90));
}

Deno.exit(await main());
