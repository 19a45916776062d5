/**
 * Fuzzes the checks of objects: no object that they accept makes libbpf read or write outside its memory.
 *
 * @module
 */

import { validateObject } from "../../object/validation/validate_object.ts";
import { FormatError } from "../../errors/mod.ts";
import { Random } from "../../object/testdata/damage.ts";
import { MutableObject } from "./mutate_object.ts";
import { LibbpfTarget, seedObjects, TargetFailure } from "./target.ts";
import type { Budget, Findings } from "./findings.ts";

/** Objects that reach new code are mutated further. */
const MAX_CORPUS = 4000;

/** Text of bpf_object_open_opts.kconfig, which a guest chooses. */
const KCONFIGS = [
  "",
  "",
  'CONFIG_BPF=y\nCONFIG_NUMBER=0x10\nCONFIG_TEXT="some"\nCONFIG_LETTER=n\nCONFIG_MODULE=m\n',
  'CONFIG_TEXT="a text that is longer than its variable"\nCONFIG_NUMBER=-1\nCONFIG_HZ=99999999999999999999',
  'CONFIG_BPF\n=\nCONFIG_TEXT="\nCONFIG_LETTER=',
  "#",
];

/** Fuzzes until the time is over. */
export async function fuzzObjects(budget: Budget, findings: Findings): Promise<void> {
  const random = new Random(budget.seed);
  await using target = new LibbpfTarget(findings.folder, { old: budget.seed % 2 === 1 });
  const corpus = seedObjects().map((bytes) => new MutableObject(bytes));
  const counts = { accepted: 0, opened: 0, loaded: 0, edges: 0 };
  while (!budget.isOver()) {
    const chosen = corpus[random.below(random.below(3) === 0 ? Math.min(7, corpus.length) : corpus.length)];
    const mutant = chosen?.mutate(random) ?? new Uint8Array();
    const kconfig = KCONFIGS[random.below(KCONFIGS.length)] ?? "";
    findings.count();
    if (!isAccepted(mutant, findings)) continue;
    counts.accepted++;
    try {
      const { result, newEdges } = await target.use(mutant, kconfig);
      if (result > 0) counts.opened++;
      if (result > 1) counts.loaded++;
      counts.edges += newEdges;
      if (newEdges > 0 && corpus.length < MAX_CORPUS) corpus.push(new MutableObject(mutant));
    } catch (error) {
      if (!(error instanceof TargetFailure)) throw error;
      findings.add("o", mutant, error.message);
    }
  }
  const leaks = await target.finish();
  if (leaks !== "") findings.add("txt", new Uint8Array(), leaks);
  findings.note(
    `${counts.accepted} accepted, ${counts.opened} opened, ${counts.loaded} loaded, ${counts.edges} edges, ${corpus.length} in the corpus`,
  );
}

/** Opens and loads one object, with both kernels and all configurations. */
export async function replayObject(bytes: Uint8Array<ArrayBuffer>, findings: Findings): Promise<void> {
  if (!isAccepted(bytes, findings)) return;
  for (const old of [false, true]) {
    await using target = new LibbpfTarget(findings.folder, { old });
    for (const kconfig of KCONFIGS) {
      try {
        await target.use(bytes, kconfig);
      } catch (error) {
        if (!(error instanceof TargetFailure)) throw error;
        findings.add("o", bytes, error.message);
      }
    }
  }
}

/** True when the host would pass the object to libbpf. It pins no maps, and takes only plain names for those that it would pin. */
function isAccepted(bytes: Uint8Array, findings: Findings): boolean {
  const before = performance.now();
  try {
    return validateObject(bytes, { machine: Deno.build.arch }).pinnedMaps.every((name) => !name.includes("/"));
  } catch (error) {
    if (!(error instanceof FormatError)) findings.add("o", bytes, `validateObject() failed: ${error}`);
    return false;
  } finally {
    const ms = performance.now() - before;
    if (ms > 2000) findings.add("o", bytes, `validateObject() took ${ms} ms`);
  }
}
