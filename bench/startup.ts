/**
 * Shows the time from exec to each step of bootstrap until it is attached, and the time of each step. Needs root.
 *
 *     deno run -A bench/startup.ts [--rounds N] [--host COMMAND]
 *
 * Each step is a separate run that stops there, timed from outside. All steps run in turn.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { build, OUT, ROOT } from "./build.ts";
import { type Contestant, type Figures, hostContestant, launch, nativeContestant } from "./contestants.ts";
import { markdown } from "./table.ts";
import { median } from "./stats.ts";

/** A step, and the command that runs up to it. */
interface Step {
  readonly title: string;
  readonly argv: readonly string[];
}

function guestSteps(contestant: Contestant, begin: string): Step[] {
  return Object.entries({
    begin,
    open: "open: the guest's own preparation",
    load: "load: maps and programs into the kernel",
    attach: "attach: two programs",
    listen: "listen: the ring is mapped, the pump is linked",
  }).map(([step, title]) => ({ title, argv: contestant.command("steps", [step]) }));
}

function hostSteps(host: string): Step[] {
  const contestant = hostContestant("host", host);
  const [help = "", ...rest] = contestant.command("steps", []);
  return [
    { title: "the runtime alone (an empty program)", argv: [`${OUT}/bare`] },
    { title: "our script (--help)", argv: [help, ...rest.filter((word) => !word.endsWith(".wasm")), "--help"] },
    ...guestSteps(contestant, "begin: libraries opened, guest compiled, main() runs"),
  ];
}

async function profile(steps: readonly Step[], rounds: number): Promise<string[][]> {
  const runs: Figures[][] = steps.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, step] of steps.entries()) runs[i]?.push(await launch(step.argv, 0));
  }
  const figure = (i: number, name: string, scale: number) =>
    median((runs[i] ?? []).map((run) => (run[name]?.[0] ?? NaN) * scale));
  const withAdded = (i: number, name: string, unit: string, scale: number) => {
    const until = figure(i, name, scale);
    const added = i === 0 ? until : until - figure(i - 1, name, scale);
    return [until, added].map((value) => `${value.toFixed(1)} ${unit}`);
  };
  return steps.map(({ title }, i) => [
    title,
    ...withAdded(i, "first_line_ns", "ms", 1e-6),
    ...withAdded(i, "cpu_ns", "ms", 1e-6),
    ...withAdded(i, "peak_kib", "MiB", 1 / 1024),
  ]);
}

if (import.meta.main) {
  const parsed = parseArgs(Deno.args, { string: ["rounds", "host"] });
  const rounds = Number(parsed["rounds"] ?? 15);
  const host = parsed["host"] === undefined ? `${ROOT}wasm-bpf {module}` : String(parsed["host"]);
  await build({ binary: parsed["host"] === undefined });
  const head = ["until here", "added", "CPU time", "added", "peak memory", "added"];
  const ours = await profile(hostSteps(host), rounds);
  const theirs = await profile(guestSteps(nativeContestant(), "begin: main() runs"), rounds);
  console.log(markdown([["wasm-bpf", ...head], ...ours]), "\n");
  console.log(markdown([["native C", ...head], ...theirs]));
}
