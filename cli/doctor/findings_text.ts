/**
 * The findings of `wasm-bpf doctor` as text.
 *
 * @module
 */

import type { Findings } from "./findings.ts";
import { LINE_LENGTH, wrapped } from "../wrapped.ts";
import { GUEST_KINDS } from "./kinds.ts";
import type { Availability } from "./probes.ts";

/** The lines of a report: the verdict first. */
export function findingsText(findings: Findings): string {
  const { verdict, problems, notes, works, types, machine, process, versions } = findings;
  const parts = [
    [`${verdict}.`],
    part("Problems", problems.flatMap(({ kinds, text, mend }) => problemLines(kinds, { text, mend }))),
    part("Notes", notes.flatMap((note) => problemLines([], note))),
    part("Guests that can run", rows(Object.entries(works).map(([purpose, names]) => [purpose, names.join(", ")]))),
    part(
      "Kernel",
      types === null ? [] : rows([
        ["programs", availabilityText(types.programs)],
        ["maps", availabilityText(types.maps)],
        // libbpf cannot load a program of every type for its probes.
        ["helpers", `${availabilityText(types.helpers)} (as far as libbpf can probe)`],
      ]),
    ),
    part("Machine", rows(Object.entries(machine))),
    part("Process", rows(Object.entries(process))),
    part("Versions", rows(Object.entries(versions))),
  ];
  return parts.filter((lines) => lines.length > 0).map((lines) => lines.join("\n")).join("\n\n");
}

function part(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}

function problemLines(kinds: readonly string[], { text, mend }: { text: string; mend: string }): string[] {
  const affected = kinds.length === 0
    ? ""
    : `${kinds.length === GUEST_KINDS.length ? "all kinds" : kinds.join(", ")}: `;
  const [first = "", ...more] = wrapped(`${affected}${text}`, LINE_LENGTH - 4);
  return [`  ${first}`, ...more.map((line) => `    ${line}`), `    -> ${mend}`];
}

/** "31 of 32; not lirc_mode2" */
function availabilityText({ available, missing }: Availability): string {
  const total = available.length + missing.length;
  return missing.length === 0 ? `all ${total}` : `${available.length} of ${total}; not ${missing.join(", ")}`;
}

/** Rows of two columns. The second one is wrapped. */
function rows(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...entries.map(([label]) => label.length));
  return entries.flatMap(([label, text]) => {
    const margin = " ".repeat(width + 4);
    const [first = "", ...more] = wrapped(text, LINE_LENGTH - margin.length);
    return [`  ${label.padEnd(width)}  ${first}`, ...more.map((line) => margin + line)];
  });
}
