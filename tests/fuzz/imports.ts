/**
 * Fuzzes the imports: hostile guests on the real host and kernel.
 *
 * @module
 */

import { Random } from "../../object/testdata/damage.ts";
import type { Budget, Findings } from "./findings.ts";
import { makeHostileGuest } from "./hostile_guest.ts";
import { compileCorpus } from "./target.ts";
import { type LineWorker, startGuestWorker, startSentinel, WorkerFailure } from "./workers.ts";

/** The calls of `_start`. Callbacks add some. */
const CALLS = 400;

/** Fuzzes until the time is over. */
export async function fuzzImports(budget: Budget, findings: Findings): Promise<void> {
  const object = compileCorpus("guest.bpf.c");
  const { sentinel, ids } = await startSentinel();
  await using _sentinel = sentinel;
  const counts = { calls: 0, guests: 0, trapped: 0, waited: 0 };
  const path = `${findings.folder}/guest-${budget.seed}.wasm`;
  let worker: LineWorker | undefined;
  for (let number = 0; !budget.isOver(); number++) {
    const random = new Random(budget.seed * 65_537 + number);
    const addressBits = number % 2 === 0 ? 64 : 32;
    const guest = makeHostileGuest(random, { addressBits, object, calls: CALLS, foreignIds: ids });
    Deno.writeFileSync(path, guest);
    worker ??= startGuestWorker(`${findings.folder}/guests-${budget.seed}`);
    try {
      const { calls, end, problem } = JSON.parse(await worker.ask(path));
      findings.count(calls);
      counts.guests++;
      if (`${end}`.includes("trapped")) counts.trapped++;
      if (problem !== undefined) findings.add("wasm", guest, `${problem}`);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      worker = undefined;
      if (error.waits !== "") {
        counts.waited++;
        console.log(`imports: a guest of seed ${budget.seed} (number ${number}) waits in ${error.waits}`);
      } else findings.add("wasm", guest, error.message);
    }
  }
  await worker?.[Symbol.asyncDispose]();
  const state = await sentinel.ask("check");
  if (state !== "unchanged") findings.add("txt", new Uint8Array(), `the sentinel's things changed: ${state}`);
  Deno.removeSync(path);
  findings.note(`${counts.guests} guests, of which ${counts.trapped} trapped and ${counts.waited} waited`);
}

/** Runs one guest. */
export async function replayGuest(bytes: Uint8Array<ArrayBuffer>, findings: Findings): Promise<void> {
  const path = `${findings.folder}/replay.wasm`;
  Deno.writeFileSync(path, bytes);
  await using worker = startGuestWorker(`${findings.folder}/guests-replay`);
  // Things that are open after the first run are usual, so that a leak shows at the second.
  for (let i = 0; i < 2; i++) {
    const { end, problem } = JSON.parse(await worker.ask(path));
    console.log(`the guest ended: ${end}`);
    if (problem !== undefined) findings.add("wasm", bytes, `${problem}`);
  }
}
