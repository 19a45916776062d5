/**
 * `wasm-bpf doctor`: finds out which guests can run on this machine, and what is in the way of the others.
 *
 * @module
 */

import { BpfError, printable, printableJson } from "../errors/mod.ts";
import { openLibbpf, openSystem } from "../ffi/mod.ts";
import { KernelProbe } from "../ffi/libbpf/probe.ts";
import { missingCapabilities } from "../ffi/libbpf/privileges.ts";
import { effectiveCapabilities } from "../ffi/system/capabilities.ts";
import { HostFiles } from "../ffi/system/host_files.ts";
import { kernelName } from "../ffi/system/machine_facts.ts";
import type { NativeSystem } from "../ffi/system/system.ts";
import { command, runCommand } from "./command.ts";
import { readFacts } from "./doctor/facts.ts";
import { type Findings, findingsOf, findingsWithoutLibrary, type Probes } from "./doctor/findings.ts";
import { findingsText } from "./doctor/findings_text.ts";
import type { HostText } from "./doctor/host_text.ts";
import { GUEST_KINDS } from "./doctor/kinds.ts";
import { probeTypes } from "./doctor/probes.ts";
import { EXIT } from "./exit.ts";
import { flag, HELP } from "./options.ts";
import { writeOutput } from "./output.ts";
import { VERSION } from "./version.ts";

const OPTIONS = {
  json: flag({ help: "prints one JSON object instead of text" }),
  help: HELP,
};

const DOCTOR = command({
  task: "examine this machine",
  operands: { noun: "argument", min: 0, max: 0 },
  options: OPTIONS,
  page: {
    of: "doctor",
    usage: [["doctor [--json]", ""]],
    about: [
      "Finds out which guests can run on this machine for this user: it reads the kernel's files, and loads the smallest program " +
      "of each kind. Nothing stays in the kernel. For each problem it prints a command or a change that mends it.",
      "The report fits into a bug report: it has versions, and no names of hosts, users or processes.",
    ],
    options: OPTIONS,
    notes: `Examples:
  sudo wasm-bpf doctor
  wasm-bpf doctor --json | jq .problems

Exit code: 0 some guests can run, 1 no guest can, 2 wrong arguments.`,
  },
});

/**
 * Runs `wasm-bpf doctor`.
 *
 * @param args the arguments after `doctor`.
 * @returns the exit code.
 */
export function doctor(args: readonly string[]): number {
  return runCommand(DOCTOR, args, (given) => {
    const findings = examine();
    const text = given.get("json") ? printableJson(JSON.stringify(findings, undefined, 2)) : printableText(findings);
    const code = writeOutput(`${text}\n`);
    return code === 0 && !findings.canRun ? EXIT.FAILED : code;
  });
}

/** Names come from files of the machine, so control and invisible characters are escaped. */
function printableText(findings: Findings): string {
  return findingsText(findings).split("\n").map(printable).join("\n");
}

function examine(): Findings {
  const own = { "wasm-bpf": VERSION, deno: Deno.version.deno, v8: Deno.version.v8 };
  let system;
  try {
    system = openSystem();
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    return findingsWithoutLibrary(error.message, { ...own, libbpf: "none" });
  }
  try {
    using libbpf = openLibbpf(system);
    const effective = effectiveCapabilities(system.calls);
    const facts = readFacts(hostText(system), { ...kernelName(system.calls), effective });
    const versions = { ...own, libbpf: `${libbpf.version.replace(/^v/, "")} (${libbpf.origin})` };
    return findingsOf(facts, { ...probe(new KernelProbe(libbpf, system), effective), versions });
  } finally {
    system[Symbol.dispose]();
  }
}

/** The capabilities without which probes of types would say no for types that the kernel has. */
const PROBING = ["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"] as const;

function probe(kernel: KernelProbe, effective: bigint): Probes {
  const kinds = GUEST_KINDS.map((kind) => ({ kind, result: kernel.program(kind.program) }));
  if (missingCapabilities(PROBING, effective).length > 0) return { kinds, types: undefined };
  const loaded = kinds.filter(({ result }) => result.code === undefined).map(({ kind }) => kind.program.type);
  return { kinds, types: probeTypes(kernel, new Set(loaded)) };
}

function hostText(system: NativeSystem): HostText {
  const files = new HostFiles(system.calls);
  const bytes = (path: string) => attempt(() => system.readFile(path));
  return {
    bytes,
    text: (path) => {
      const found = bytes(path);
      return found === undefined ? undefined : new TextDecoder().decode(found).trimEnd();
    },
    exists: (path) => files.exists(path),
    list: (path) => attempt(() => files.list(path)) ?? [],
  };
}

/** The result of `read`; undefined if the file cannot be read. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BpfError) return undefined;
    throw error;
  }
}
