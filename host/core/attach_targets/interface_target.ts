/**
 * Targets that are network interfaces: a name, followed by options after colons.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, printable } from "../../../errors/mod.ts";
import type { XdpMode } from "../../../ffi/mod.ts";
import { attachOperation, misread, type Reached, type Reading } from "./target_reading.ts";

const MODES: readonly XdpMode[] = ["generic", "native", "offload"];
const DIRECTIONS = ["ingress", "egress"] as const;

/** The target of an XDP program: `eth0`, `eth0:generic`, `eth0:native:replace`. */
export function xdp(reading: Reading): Reached {
  const { ifindex, name, suffixes } = interfaceOf(reading, [...MODES, "replace"]);
  const modes = MODES.filter((mode) => suffixes.includes(mode));
  if (modes.length > 1) throw misread(reading, `XDP runs in one mode, not in ${modes.join(" and ")}`);
  const [mode] = modes;
  const replace = suffixes.includes("replace");
  return { target: { kind: "xdp", ifindex, name, ...(mode && { mode }), ...(replace && { replace }) } };
}

/** The target of a classifier: `eth0`, `eth0:egress`. netkit devices have no directions. */
export function classifier(reading: Reading): Reached {
  const section = reading.program.sectionName;
  if (section.startsWith("netkit")) {
    const { ifindex, name } = interfaceOf(reading, []);
    return { target: { kind: "netkit", ifindex, name } };
  }
  const { ifindex, name, suffixes } = interfaceOf(reading, DIRECTIONS);
  const directions = DIRECTIONS.filter((direction) => suffixes.includes(direction));
  if (directions.length > 1) throw misread(reading, "a classifier has one direction");
  const [direction] = directions;
  const kind = section.startsWith("tcx") ? "tcx" : "tc";
  return { target: { kind, ifindex, name, ...(direction && { direction }) } };
}

/** The target of a socket filter: `eth0`. */
export function socket(reading: Reading): Reached {
  const { ifindex, name } = interfaceOf(reading, []);
  return { target: { kind: "socket", ifindex, name } };
}

/** Splits suffixes of `known` off the end. The rest is an interface, or the label of an address, which may contain a colon. */
function interfaceOf(reading: Reading, known: readonly string[]) {
  const parts = reading.text.split(":");
  const suffixes: string[] = [];
  for (let last = parts.at(-1); parts.length > 1 && last !== undefined && known.includes(last); last = parts.at(-1)) {
    suffixes.push(last);
    parts.pop();
  }
  const name = parts.join(":");
  if (!name.includes(":")) return { ifindex: reading.system.interfaceIndex(name), name, suffixes };
  try {
    return { ifindex: reading.system.interfaceIndex(name), name, suffixes };
  } catch (error) {
    throw error instanceof BpfError ? unknownSuffix(reading, name, known) : error;
  }
}

function unknownSuffix({ program, text }: Reading, name: string, known: readonly string[]): BpfError {
  const choice = known.length === 0
    ? `an interface takes no suffix for section "${program.sectionName}"`
    : `an interface takes ${known.map((suffix) => `:${suffix}`).join(", ")} here`;
  return new BpfError(attachOperation(program, text), LINUX_ERRNO.ENODEV, {
    reason: `${choice}, and no address has the label "${printable(name)}"`,
  });
}
