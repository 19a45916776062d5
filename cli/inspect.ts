/**
 * `wasm-bpf inspect`: shows the contents of a module or an object.
 *
 * @module
 */

import { printable, printableJson } from "../errors/mod.ts";
import { openSystem } from "../ffi/mod.ts";
import { HostFiles } from "../ffi/system/host_files.ts";
import { command, runCommand } from "./command.ts";
import { explainInput, readInput } from "./input.ts";
import {
  inspectBytes,
  type MapReport,
  type ModuleReport,
  type ObjectReport,
  type ProgramReport,
} from "./inspection.ts";
import { leastPolicy } from "./least_policy/least_policy.ts";
import { flag, HELP } from "./options.ts";
import { writeOutput } from "./output.ts";
import type { ProgramUsesReport } from "./program_uses.ts";
import { sizeText } from "./size.ts";
import { LINE_LENGTH, wrapped } from "./wrapped.ts";

const OPTIONS = {
  json: flag({ help: "prints one JSON object instead of text" }),
  policy: flag({ help: "prints the least policy that FILE needs, as a file for the option --policy of run" }),
  help: HELP,
};

const INSPECT = command({
  task: "inspect",
  operands: { noun: "file", min: 1, max: 1 },
  options: OPTIONS,
  page: {
    of: "inspect",
    usage: [["inspect [--json | --policy] FILE", ""]],
    about: [
      "Shows the contents of FILE, a WebAssembly module or a BPF object (x.bpf.o), without running it: imports with their " +
      "ABI version, objects in the module's data, programs with section, type, calls, effects and the options that allow " +
      "these, maps with types and sizes, global variables, sections. For each object it gives the reasons why libbpf or wasm-bpf would refuse it, if they can be " +
      "found without the kernel.",
      'FILE may be "-" for standard input.',
    ],
    options: OPTIONS,
    notes: `Examples:
  wasm-bpf inspect runqlat.wasm
  wasm-bpf inspect --json runqlat.bpf.o | jq .maps
  wasm-bpf inspect --policy runqlat.wasm > runqlat.policy.jsonc
  curl -s https://example.com/x.wasm | wasm-bpf inspect -`,
  },
});

/**
 * Runs `wasm-bpf inspect`.
 *
 * @param args the arguments after `inspect`.
 * @returns the exit code: 0; 1 when stdout could not be written; 2 for wrong arguments; 126 when the file is neither a module nor
 * a BPF object; 127 when there is no such file.
 */
export function inspect(args: readonly string[]): number {
  return runCommand(INSPECT, args, (given) => {
    const [path = ""] = given.operands;
    let text: string;
    try {
      const bytes = readInput(path);
      if (given.get("policy")) return writeOutput(`${leastPolicy(bytes, realPath)}\n`);
      const report = inspectBytes(bytes);
      text = given.get("json") ? printableJson(JSON.stringify(report, undefined, 2)) : describe(path, report);
    } catch (error) {
      return explainInput(path, error);
    }
    return writeOutput(`${text}\n`);
  });
}

/** The path without symbolic links; undefined if there is no such file. */
function realPath(path: string): string | undefined {
  using system = openSystem();
  return new HostFiles(system.calls).resolved(path);
}

/** The report as text. Names come from the file, so control and invisible characters are escaped. */
function describe(path: string, report: ModuleReport | ObjectReport): string {
  const lines = report.kind === "module" ? describeModule(path, report) : describeObject(path, report);
  return lines.map(printable).join("\n");
}

function describeModule(path: string, report: ModuleReport): string[] {
  return [
    `${path}: WebAssembly module${report.addressBits === 64 ? " with 64-bit addresses" : ""}, ${
      sizeText(report.sizeBytes)
    }`,
    ...report.imports.flatMap(({ module, abi, functions }) => [
      `imports from ${module} (${abi}):`,
      ...table(functions.map(({ name, type, problem = "" }) => [name, type ?? "", problem])),
    ]),
    ...(report.imports.length === 0 ? ["imports: none"] : []),
    `exports: ${report.exports.join(", ") || "none"}`,
    ...report.needs.length === 0 ? [] : [`needs: ${report.needs.join(", ")}`],
    `sections: ${sections(report.sections)}`,
    ...report.objects.flatMap((object) => [
      "",
      ...describeObject(`object at ${hex(object.address ?? 0)}`, object),
    ]),
    ...report.damaged.map(({ address, problem }) => `object at ${hex(address)}: ${problem}`),
    ...(report.objects.length === 0 ? ["objects: none in its data"] : []),
  ];
}

function describeObject(title: string, report: ObjectReport): string[] {
  return [
    `${title}: BPF object, ${sizeText(report.sizeBytes)}, license ${report.license ?? "none"}${
      report.btf ? "" : ", no BTF"
    }`,
    ...report.refusals.map((reason) => `refused: ${reason}`),
    `programs:${report.programs.length === 0 ? " none" : ""}`,
    ...programLines(report.programs),
    `maps:${report.maps.length === 0 ? " none" : ""}`,
    ...table(report.maps.flatMap(mapRows)),
    ...(report.globals.length === 0 ? [] : ["global variables:"]),
    ...table(report.globals.map(({ section, sizeBytes, variables, supported }) => [
      section,
      sizeText(sizeBytes),
      variables.map(({ name, sizeBytes }) => `${name} (${sizeBytes})`).join(", ") +
      (supported === false ? "; not supported: guests cannot map an arena" : ""),
    ])),
    `sections: ${sections(report.sections)}`,
  ];
}

/** A row for each program, and below it lines about its effects and calls. */
function programLines(programs: readonly ProgramReport[]): string[] {
  const rows = table(programs.map(({ name, section, type, autoload, instructions }) => [
    name,
    section,
    type ?? "unknown type",
    `${instructions} instructions${autoload ? "" : ", not loaded automatically"}`,
  ]));
  return programs.flatMap(({ uses }, i) => [
    rows[i] ?? "",
    ...(uses?.effects ?? []).map(({ effect, option }) => `    ${effect}: needs ${option}`),
    ...wrapped(callsText(uses), LINE_LENGTH - 4).map((line) => `    ${line}`),
  ]);
}

function callsText(uses: ProgramUsesReport | undefined): string {
  const calls = [...uses?.helpers ?? [], ...uses?.kfuncs ?? []];
  return calls.length === 0 ? "" : `calls ${calls.join(", ")}`;
}

function mapRows(map: MapReport): string[][] {
  const isByteSized = map.type === "ringbuf" || map.type === "user_ringbuf";
  const parts = [
    map.keySize > 0 ? `key ${map.keySize} B` : "",
    map.valueSize > 0 ? `value ${map.valueSize} B` : "",
    map.maxEntries > 0
      ? (isByteSized ? sizeText(map.maxEntries) : map.maxEntries === 1 ? "1 entry" : `${map.maxEntries} entries`)
      : "",
    map.pinned ? "pinned by name" : "",
  ];
  const row = [map.name, map.type, parts.filter((part) => part !== "").join(", ")];
  return map.inner === undefined ? [row] : [row, ...mapRows(map.inner)];
}

/** Sections with their sizes. Those of debug information are added up. */
function sections(list: readonly { name: string; sizeBytes: number }[]): string {
  const sizes = new Map<string, number>();
  for (const { name, sizeBytes } of list) {
    const shown = /^(\.rel)?\.debug_/.test(name) ? ".debug*" : name;
    sizes.set(shown, (sizes.get(shown) ?? 0) + sizeBytes);
  }
  return [...sizes].map(([name, sizeBytes]) => `${name} ${sizeText(sizeBytes)}`).join(", ") || "none";
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

/** Rows of aligned columns, indented. */
function table(rows: readonly string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
}
