/**
 * The help of a command, made from its declaration.
 *
 * @module
 */

import type { Option } from "./options.ts";
import { LINE_LENGTH, wrapped } from "./wrapped.ts";

/** The parts of a page of help. */
export interface HelpPage {
  /** The words that show this page when `--help` follows: "gen"; empty for `wasm-bpf` alone. */
  readonly of: string;
  /** The first line, if there is one. */
  readonly title?: string;
  /** The forms of the command line, without `wasm-bpf`. */
  readonly usage: readonly Row[];
  /** The paragraphs before the options. They are wrapped. */
  readonly about: readonly string[];
  /** The words of `usage` that need an explanation. */
  readonly words?: readonly Row[];
  readonly options: Readonly<Record<string, Option<unknown>>>;
  /** The text after the options: examples, exit codes, environment. It is not wrapped. */
  readonly notes: string;
}

/** A row of a table of two columns. The text may be empty. */
export type Row = readonly [label: string, text: string];

/** An option whose label is longer has its text on the next line. */
const MOST_LABEL = 26;

/** The text of a page. */
export function helpText({ title, usage, about, words, options, notes }: HelpPage): string {
  const forms = usage.map(([form, text]): Row => [`wasm-bpf ${form}`, text]);
  const groups = new Map<string, Row[]>();
  for (const [name, option] of Object.entries(options)) {
    const { group = "Options" } = option;
    groups.set(group, [...groups.get(group) ?? [], [labelOf(name, option), textOf(option)]]);
  }
  const parts = [
    ...title === undefined ? [] : [title],
    `Usage:\n${table(forms, LINE_LENGTH)}`,
    ...about.map((paragraph) => wrapped(paragraph, LINE_LENGTH).join("\n")),
    ...words === undefined ? [] : [table(words, LINE_LENGTH)],
    ...[...groups].map(([group, rows]) => `${group}:\n${table(rows, MOST_LABEL)}`),
    notes,
  ];
  return `${parts.join("\n\n")}\n`;
}

/** `-v, --verbose`, `    --memory SIZE`. */
function labelOf(name: string, { letter, value, mayLackValue, bareWord }: Option<unknown>): string {
  const short = letter === undefined ? "    " : `-${letter}, `;
  const shownValue = value === undefined ? "" : mayLackValue ? `[=${value}]` : ` ${value}`;
  return `${short}${bareWord ? name : `--${name}`}${shownValue}`;
}

function textOf({ help, shownDefault }: Option<unknown>): string {
  return shownDefault === undefined ? help : `${help} (default: ${shownDefault})`;
}

/** Rows of two aligned columns, indented. The second one is wrapped. */
function table(rows: readonly Row[], mostLabel: number): string {
  const fitting = rows.filter(([label, text]) => text !== "" && label.length <= mostLabel);
  const width = Math.max(0, ...fitting.map(([label]) => label.length));
  const margin = " ".repeat(2 + width + 2);
  return rows.flatMap(([label, text]) => {
    const lines = wrapped(text, LINE_LENGTH - margin.length).map((line) => margin + line);
    const [first = "", ...more] = lines;
    const beginning = `  ${label}`;
    return label.length > width ? [beginning, ...lines] : [beginning + first.slice(beginning.length), ...more];
  }).join("\n");
}
