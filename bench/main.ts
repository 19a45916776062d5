/**
 * The benchmarks. They compare guests with their native twins and with other hosts.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { build, ROOT } from "./build.ts";
import { type Contestant, hostContestant, nativeContestant, NoFigures } from "./contestants.ts";
import { type Effort, HERE, type Measure, MEASURES, README_TITLES } from "./measures.ts";
import { excerpt, markdown, measureLines, type Result, type Rounds, tableHead } from "./table.ts";

const HELP = `Benchmarks. Each guest and its native C twin have one source and run in turn.

Usage: deno task bench [options]

Options:
  --quick               few samples, in a minute
  --rounds N            the number of runs of each pair (7; --quick 3)
  --only NAME           only measures with NAME in their name (repeatable; --list shows the names)
  --host COMMAND        the command that runs the guests ("./wasm-bpf {module}", which is built first)
  --peer COMMAND        another host, in a separate column (repeatable): 'wasm-host run {module}'
  --markdown PATH       writes the table to a file
  --readme              writes the table into docs/benchmarks.md, and ten rows of it into README.md
  --list                shows the names of the measures
  -h, --help            shows this text

Needs root, a kernel with BTF, and the packages of scripts/setup.sh. Figures are medians of the rounds, ± half of the
distance between the quartiles of all samples. The ratio is host to native (native to host where more is better),
computed for each round.`;

const QUICK: Effort = { samples: 30, floodMs: 600 };
const THOROUGH: Effort = { samples: 100, floodMs: 2000 };

/** A document has its table between these two marks. */
const TABLE_BEGIN = "<!-- bench:begin -->";
const TABLE_END = "<!-- bench:end -->";

interface Options {
  rounds: number;
  effort: Effort;
  measures: readonly Measure[];
  host: string | undefined;
  peers: readonly string[];
  markdown: string | undefined;
  readme: boolean;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (typeof options === "string") {
    console.log(options);
    return 0;
  }
  await buildOrExit(options.host === undefined);
  const contestants = [
    nativeContestant(),
    hostContestant(HERE, options.host ?? `${ROOT}wasm-bpf {module}`),
    ...options.peers.map((peer) => hostContestant(peer.split(/\s+/)[0]?.split("/").at(-1) ?? peer, peer)),
  ];
  const table = tableHead(contestants.map(({ name }) => name));
  for (const measure of options.measures) {
    note(measure.name);
    table.push(...measureLines(measure, await compare(measure, contestants, options)));
  }
  note("");
  const text = markdown(table);
  console.log(text);
  const machine = await circumstances(options);
  const document = `${text}\n\n${machine}\n`;
  if (options.markdown !== undefined) await Deno.writeTextFile(options.markdown, document);
  if (options.readme) {
    await replaceTable("docs/benchmarks.md", document);
    await replaceTable("README.md", `${markdown(excerpt(table, README_TITLES))}\n\n${machine}\n`);
  }
  return 0;
}

function parse(args: readonly string[]): Options | string {
  const parsed = parseArgs(args, {
    boolean: ["quick", "readme", "list", "help"],
    string: ["rounds", "only", "host", "peer", "markdown"],
    collect: ["only", "peer"],
    alias: { help: "h" },
    unknown: (argument) => usage(`unknown argument "${argument}"`),
  });
  if (parsed["help"]) return HELP;
  if (parsed["list"]) return MEASURES.map(({ name }) => name).join("\n");
  const quick = parsed["quick"] === true;
  const rounds = Number(parsed["rounds"] ?? (quick ? 3 : 7));
  if (!Number.isInteger(rounds) || rounds < 1) usage("--rounds must be 1 or more");
  const only = texts(parsed["only"]);
  const measures = MEASURES.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  if (measures.length === 0) usage(`no measure has "${only.join('" or "')}" in its name`);
  return {
    rounds,
    effort: quick ? QUICK : THOROUGH,
    measures,
    host: text(parsed["host"]),
    peers: texts(parsed["peer"]),
    markdown: text(parsed["markdown"]),
    readme: parsed["readme"] === true,
  };
}

function usage(problem: string): never {
  console.error(`Cannot run benchmarks: ${problem} (see --help)`);
  Deno.exit(2);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

async function buildOrExit(binary: boolean): Promise<void> {
  try {
    note("building");
    await build({ binary });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

/** Runs all contestants in turn, round after round. A contestant without figures does not run in the next rounds. */
async function compare(
  measure: Measure,
  contestants: readonly Contestant[],
  { rounds, effort }: Options,
): Promise<Result[]> {
  const results = contestants.map((contestant) => ({
    contestant,
    name: contestant.name,
    rounds: new Array<Rounds[0]>(),
  }));
  for (let run = 0; run < rounds * (measure.runs ?? 1); run++) {
    // The order alternates, so that a slowdown of the machine does not always affect the same contestant.
    for (const { contestant, rounds } of run % 2 === 0 ? results : results.toReversed()) {
      if (rounds.some((one) => one instanceof NoFigures)) continue;
      rounds.push(await attempt(measure, contestant, effort));
    }
  }
  return results;
}

async function attempt(measure: Measure, contestant: Contestant, effort: Effort): Promise<Rounds[0]> {
  try {
    return await measure.run(contestant, effort);
  } catch (error) {
    if (!(error instanceof NoFigures)) throw error;
    if (error.cause !== undefined) console.error(`\r${measure.name}: ${error.cause}`);
    return error;
  }
}

/** Shows progress. The next call replaces the line. */
function note(what: string): void {
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${what}`));
}

async function circumstances({ rounds }: Options): Promise<string> {
  const cpu = /^model name\s*:\s*(.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const { hardwareConcurrency: cores } = navigator;
  const release = Deno.osRelease().replace(/-.*/, "");
  return `Linux ${release}, ${cores} cores of ${cpu}, Deno ${Deno.version.deno}, ${rounds} rounds.`;
}

/** Replaces the text between the two marks of a document. */
async function replaceTable(document: string, table: string): Promise<void> {
  const path = `${ROOT}${document}`;
  const text = await Deno.readTextFile(path);
  const [start, end] = [text.indexOf(TABLE_BEGIN), text.indexOf(TABLE_END)];
  if (start < 0 || end < start) {
    throw new Error(`Cannot write the table: ${document} has no "${TABLE_BEGIN}" ... "${TABLE_END}"`);
  }
  await Deno.writeTextFile(path, `${text.slice(0, start + TABLE_BEGIN.length)}\n\n${table}\n${text.slice(end)}`);
}
