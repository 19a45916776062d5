/**
 * The measures, and the goals for their figures.
 *
 * @module
 */

import { OUT, ROOT } from "./build.ts";
import { type Contestant, type Figures, launch, NoFigures, runSamples, runWithProducer } from "./contestants.ts";

/** The amounts of work. */
export interface Effort {
  /** Samples of each run. */
  readonly samples: number;
  /** Milliseconds of a flood. */
  readonly floodMs: number;
}

export type Unit = "ns" | "us" | "ms" | "MiB" | "/s" | "%";

/** The goal for a figure. */
export interface Bar {
  readonly text: string;
  reached(figure: { native: number; here: number; ratio: number }): boolean;
}

/** One line of the table. */
export interface Row {
  readonly title: string;
  /** The name of the samples. */
  readonly figure: string;
  readonly unit: Unit;
  /** The factor that converts a sample to the unit. 1 by default. */
  readonly scale?: number;
  /** True if more is better. The ratio is then native to host instead of host to native. */
  readonly more?: boolean;
  readonly bar?: Bar;
}

/** One or more runs of a contestant that give the figures of some rows. */
export interface Measure {
  readonly name: string;
  readonly rows: readonly Row[];
  /** The number of runs in a round; 1 by default. Short runs need more. */
  readonly runs?: number;
  run(contestant: Contestant, effort: Effort): Promise<Figures>;
}

/** At most `limit` times the native time. */
function times(limit: number): Bar {
  return { text: `${limit}x`, reached: ({ ratio }) => ratio <= limit };
}

/** Less than `limit` in the figure's unit. */
function below(limit: number, unit: Unit): Bar {
  return { text: `${limit} ${unit}`, reached: ({ here }) => here < limit };
}

const LIGHT: Bar = {
  text: "4x, +15 ns",
  reached: ({ native, here, ratio }) => ratio <= 4 && here - native <= 15,
};

const CALLBACKS: Record<string, string> = {
  light: "light callback",
  hash: "hash in the callback",
  format: "formatted line in the callback",
};

function events(kind: "ring" | "perf", work: string, size: number, bar?: Bar): Measure {
  const title = `${kind === "ring" ? "ring buffer" : "perf buffer"}, ${size} B, ${CALLBACKS[work]}`;
  return {
    name: `${kind}/${size}/${work}`,
    rows: [row(title, bar)],
    run: (contestant, { samples }) => runSamples(contestant.command("events", [kind, work, size, samples])),
  };
}

function calls(what: string, title: string, bar: Bar): Measure {
  return {
    name: what === "poll" ? what : `map/${what}`,
    rows: [row(title, bar)],
    runs: 4,
    run: (contestant, { samples }) => runSamples(contestant.command("maps", [what, samples])),
  };
}

function row(title: string, bar?: Bar): Row {
  return { title, figure: "ns", unit: "ns", ...bar && { bar } };
}

function memory(title: string, figure: string, bar?: Bar): Row {
  return { title, figure, unit: "MiB", scale: 1 / 1024, ...bar && { bar } };
}

/** Only this host takes part, because batch calls are part of its API and not of the ABI for guests. */
const BATCH: Measure = {
  name: "map/batch",
  runs: 2,
  rows: [row("hash map lookup in a batch, per element (host API)", times(1.15))],
  run: (contestant, { samples }) => {
    if (contestant.native) return runSamples([`${OUT}/batch`, `${samples}`]);
    if (contestant.name !== HERE) throw new NoFigures("not offered");
    const command = [
      Deno.execPath(),
      "run",
      "--allow-ffi",
      "--allow-read",
      `${ROOT}bench/batch.ts`,
      `${OUT}/maps.bpf.o`,
    ];
    return runSamples([...command, `${samples}`]);
  },
};

const MAPPED: Measure = {
  name: "map/mapped",
  rows: [row("mapped element, read in place", below(3, "ns"))],
  run: (contestant, { samples }) => runSamples(contestant.command("mapped", [samples])),
};

/** The pause is long enough for the reader to sleep between two records. */
const NOW_AND_THEN = { pauseUs: 1000, records: 1 };

const WAKE: Measure = {
  name: "wake",
  rows: [{ title: "from wakeup to callback", figure: "ns", unit: "us", scale: 1e-3 }],
  run: (contestant, { samples }) => runWithProducer(contestant.command("wake", [samples]), NOW_AND_THEN),
};

/** The producer sends as fast as it can, `records` with each system call. */
function flood(records: number): Measure {
  const title = `flood, ${records} record${records === 1 ? "" : "s"} a system call`;
  return {
    name: `flood/${records}`,
    rows: [
      { title: `${title}, formatted lines`, figure: "delivered/s", unit: "/s", more: true, bar: times(1.5) },
      { title: `${title}: lost`, figure: "lost", unit: "%" },
      { title: `${title}: share of one core`, figure: "cpu", unit: "%" },
    ],
    run: (contestant, { floodMs }) => runWithProducer(contestant.command("flood", [floodMs]), { pauseUs: 0, records }),
  };
}

/** Time for V8's compilers in the background to finish. */
const SETTLE_MS = 300;

const START: Measure = {
  name: "start",
  rows: [
    { title: "bootstrap: start to attached", figure: "first_line_ns", unit: "ms", scale: 1e-6, bar: times(3) },
    { title: "bootstrap: CPU time until then and idle", figure: "cpu_ns", unit: "ms", scale: 1e-6 },
    memory("bootstrap: resident memory", "resident_kib"),
    memory("bootstrap: resident, over a bare Deno program", "resident_over_bare_kib", below(15, "MiB")),
    memory("bootstrap: peak memory", "peak_kib"),
    memory("bootstrap: peak, over a bare Deno program", "peak_over_bare_kib", below(15, "MiB")),
  ],
  async run(contestant) {
    const figures = await launch(contestant.command("bootstrap", []), SETTLE_MS);
    if (contestant.name !== HERE) return figures;
    const bare = await launch([`${OUT}/bare`], SETTLE_MS);
    const over = (name: string) => only(figures, name) - only(bare, name);
    return { ...figures, resident_over_bare_kib: [over("resident_kib")], peak_over_bare_kib: [over("peak_kib")] };
  },
};

function manyMaps(count: number): Measure {
  return {
    name: `growth/maps/${count}`,
    rows: [row(`map lookup, taking turns among ${count} map${count === 1 ? "" : "s"}`)],
    run: (contestant, { samples }) => runSamples(contestant.command(`growth${count}`, [samples])),
  };
}

/** Each guest in its own process, as on the command line. */
function manyGuests(count: number): Measure {
  const title = `${count} guest${count === 1 ? "" : "s"} at once`;
  return {
    name: `growth/guests/${count}`,
    rows: [
      { title: `${title}: all at work after`, figure: "all_ns", unit: "ms", scale: 1e-6 },
      memory(`${title}: memory of each (PSS)`, "own_kib"),
    ],
    async run(contestant) {
      const stayMs = 500 + 150 * count;
      const command = contestant.command("growth1", [1, 60_000]);
      const all = await Promise.all(Array.from({ length: count }, () => launch(command, stayMs)));
      return {
        all_ns: [Math.max(...all.map((figures) => only(figures, "first_line_ns")))],
        own_kib: all.map((figures) => only(figures, "own_kib")),
      };
    },
  };
}

/** Guests on threads of one process, through the host API. The native twins are separate processes. */
function oneProcess(count: number): Measure {
  const title = `${count} guest${count === 1 ? "" : "s"} in one process`;
  return {
    name: `growth/process/${count}`,
    rows: [
      { title: `${title}: all at work after`, figure: "all_ns", unit: "ms", scale: 1e-6 },
      memory(`${title}: memory of each (PSS)`, "own_kib"),
    ],
    async run(contestant, effort) {
      if (contestant.native) return await manyGuests(count).run(contestant, effort);
      if (contestant.name !== HERE) throw new NoFigures("no host API");
      const command = [Deno.execPath(), "run", "--allow-all", `${ROOT}bench/many_guests.ts`, `${OUT}/growth1.wasm`];
      const figures = await launch([...command, `${count}`, "60000"], SETTLE_MS);
      return { all_ns: [only(figures, "first_line_ns")], own_kib: [only(figures, "own_kib") / count] };
    },
  };
}

function only(figures: Figures, name: string): number {
  return figures[name]?.[0] ?? NaN;
}

/** The name of this project's host in the table. */
export const HERE = "wasm-bpf";

/** The same measure for the guest of version 2 of the ABI: its native twin's source, compiled with the SDK. */
function version2(measure: Measure, bar?: Bar): Measure {
  const { name, rows, ...rest } = measure;
  return {
    ...rest,
    name: `v2/${name}`,
    rows: rows.map(({ title, figure, unit }) => ({ title: `version 2: ${title}`, figure, unit, ...bar && { bar } })),
    run(contestant, effort) {
      if (contestant.native) return measure.run(contestant, effort);
      if (contestant.name !== HERE) throw new NoFigures("not offered");
      const command: Contestant["command"] = (guest, args) => contestant.command(`v2/${guest}`, args);
      return measure.run({ ...contestant, command }, effort);
    },
  };
}

/** The measures for version 2. */
const VERSION_2: readonly Measure[] = [
  version2(events("ring", "light", 64), times(2.5)),
  version2(events("ring", "hash", 64), times(1.2)),
  version2(events("ring", "format", 64), times(2)),
  version2(events("ring", "light", 512), times(3)),
  version2(events("ring", "light", 4096), times(4)),
  version2(events("perf", "light", 64), times(4)),
  version2(events("perf", "hash", 64)),
  version2(events("perf", "format", 64)),
  ...([["lookup", "array map lookup"], ["update", "hash map update"], ["delete", "hash map delete"]] as const)
    .map(([what, title]) => version2(calls(what, title, times(1.08)), times(1.08))),
  version2(calls("walk", "hash map walk (next key and lookup), per element", times(1.08)), times(1.08)),
  version2(calls("poll", "poll with nothing there", times(1.5)), times(1.5)),
];

/** All measures, in the order of the table. */
export const MEASURES: readonly Measure[] = [
  events("ring", "light", 64, LIGHT),
  events("ring", "hash", 64, times(1.39)),
  events("ring", "format", 64, times(2.5)),
  ...[8, 512, 4096].map((size) => events("ring", "light", size)),
  events("perf", "light", 64, times(5)),
  events("perf", "hash", 64),
  events("perf", "format", 64),
  ...[8, 512, 4096].map((size) => events("perf", "light", size)),
  calls("lookup", "array map lookup", times(1.1)),
  calls("update", "hash map update", times(1.1)),
  calls("delete", "hash map delete", times(1.1)),
  calls("walk", "hash map walk (next key and lookup), per element", times(1.1)),
  BATCH,
  MAPPED,
  calls("poll", "poll with nothing there", times(1.5)),
  WAKE,
  ...[1, 16].map(flood),
  START,
  ...[1, 8, 64].map(manyMaps),
  ...[1, 4, 16].map(manyGuests),
  ...[1, 4, 16].map(oneProcess),
  ...VERSION_2,
];

/** The titles of the rows that README.md shows: the most important ones, good and bad. */
export const README_TITLES: readonly string[] = [
  "ring buffer, 64 B, light callback",
  "ring buffer, 64 B, formatted line in the callback",
  "ring buffer, 4096 B, light callback",
  "hash map update",
  "mapped element, read in place",
  "from wakeup to callback",
  "flood, 16 records a system call, formatted lines",
  "flood, 16 records a system call: lost",
  "bootstrap: start to attached",
  "bootstrap: resident memory",
];
