/**
 * Results as a markdown table that also reads well in a terminal.
 *
 * @module
 */

import { NoFigures } from "./contestants.ts";
import type { Figures } from "./contestants.ts";
import type { Bar, Measure, Row, Unit } from "./measures.ts";
import { median, spread } from "./stats.ts";

/** The results of a contestant in all rounds of a measure, or the reason for no result. */
export type Rounds = readonly (Figures | NoFigures)[];

/** A contestant's part in one measure. */
export interface Result {
  readonly name: string;
  readonly rounds: Rounds;
}

/** The column of the ratio in the table. */
const RATIO_COLUMN = 3;

/** The head of the table. @param names of the contestants: the native twin, this host, and others. */
export function tableHead(names: readonly string[]): string[][] {
  const [native = "", here = "", ...others] = names;
  return [["figure", native, here, "ratio", "bar", "", ...others]];
}

/** The lines of one measure. */
export function measureLines(measure: Measure, results: readonly Result[]): string[][] {
  const [native, here, ...others] = results;
  if (native === undefined || here === undefined) throw new TypeError("Cannot compare fewer than two");
  return measure.rows.map((row) => {
    const ratio = ratioOf(row, native, here);
    const verdict = row.bar ? judge(row.bar, row, native, here, ratio) : "";
    const peers = others.map((other) => withRatio(cell(row, other), ratioOf(row, native, other)));
    return [row.title, cell(row, native), cell(row, here), times(ratio), row.bar?.text ?? "", verdict, ...peers];
  });
}

/** The head and the rows of a table with these titles, without bars, verdicts and other hosts. */
export function excerpt(rows: readonly (readonly string[])[], titles: readonly string[]): string[][] {
  const [head = [], ...body] = rows;
  return [head, ...body.filter(([title = ""]) => titles.includes(title))].map((row) => row.slice(0, RATIO_COLUMN + 1));
}

/** A markdown table. The first row is the head. Columns are padded, so that it is also readable in a terminal. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, i) => i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join("\n");
}

function judge(bar: Bar, row: Row, native: Result, here: Result, ratio: number): string {
  const figure = { native: value(row, native), here: value(row, here), ratio };
  if (Number.isNaN(figure.here)) return "";
  return bar.reached(figure) ? "ok" : "MISS";
}

/** The samples of each round, in the row's unit. */
function samplesOf(row: Row, { rounds }: Result): number[][] {
  return rounds.flatMap((round) => {
    const samples = round instanceof NoFigures ? undefined : round[row.figure];
    return samples ? [samples.map((sample) => sample * (row.scale ?? 1))] : [];
  });
}

/** The median of the rounds' medians. */
function value(row: Row, result: Result): number {
  return median(samplesOf(row, result).map(median));
}

/** The median of the ratios of all rounds. The two runs of a round follow one another. */
function ratioOf(row: Row, native: Result, other: Result): number {
  if (row.unit === "%") return NaN; // a ratio of percentages is not useful
  const ours = samplesOf(row, native).map(median);
  const theirs = samplesOf(row, other).map(median);
  const ratios = ours.slice(0, theirs.length).map((one, i) => {
    const two = theirs[i] ?? NaN;
    return row.more ? one / two : two / one;
  });
  return median(ratios);
}

function cell(row: Row, result: Result): string {
  const samples = samplesOf(row, result);
  if (samples.length === 0) return result.rounds.find((round) => round instanceof NoFigures)?.message ?? "";
  const apart = Math.round(spread(samples.flat()) * 100);
  return `${quantity(value(row, result), row.unit)}${apart > 0 && Number.isFinite(apart) ? ` ±${apart}%` : ""}`;
}

function quantity(amount: number, unit: Unit): string {
  if (unit === "/s" && amount >= 1e5) return `${(amount / 1e6).toFixed(2)} M/s`;
  const text = amount >= 100 ? amount.toFixed(0) : amount >= 10 ? amount.toFixed(1) : amount.toFixed(2);
  return unit === "/s" ? `${text}/s` : `${text} ${unit}`;
}

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : "";
}

function withRatio(text: string, ratio: number): string {
  return Number.isFinite(ratio) ? `${text} (${times(ratio)})` : text;
}
