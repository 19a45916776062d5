/** Refusals that are right because the kernel is older than a feature. */

import { assert } from "@std/assert";
import { promises } from "../vm/kernel.ts";
import { runWasmBpf, testGuest } from "./command.ts";

const SINCE = [
  /\(hint: [^\n]* needs Linux (\d+\.\d+); this is /,
  /\(hint: [^\n]*; Linux (\d+\.\d+) and newer do not need it\)/,
];

/** True if `stderr` has the hint that the kernel is too old. Fails if the kernel is new enough. */
export function isTooOld(stderr: string): boolean {
  const since = SINCE.map((hint) => hint.exec(stderr)?.[1]).find((version) => version !== undefined);
  if (since === undefined) return false;
  assert(!promises({ since }), `this kernel is new enough: ${stderr}`);
  return true;
}

/** True if the kernel has TCX links. Without them a classifier belongs to a qdisc, and stays there when its process is killed. */
export async function hasTcx(): Promise<boolean> {
  const { stdout, stderr } = await runWasmBpf(["--allow-network", testGuest("fires"), "on_tcx_ingress=lo"]);
  return stdout.startsWith("attached") || !isTooOld(stderr);
}
