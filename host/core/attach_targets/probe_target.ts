/**
 * Targets that are functions of the kernel, of executables or of libraries, and USDT probes.
 *
 * @module
 */

import type { AttachTarget } from "../../../ffi/mod.ts";
import { misread, openHidden, type Reached, type Reading } from "./target_reading.ts";

/** kprobe, uprobe, usdt and related sections have one program type, so the section decides. */
export function probe(reading: Reading): Reached {
  const [kind = ""] = reading.program.sectionName.split("/");
  const retprobe = /^[ku]ret/.test(kind);
  if (/^usdt/.test(kind)) return usdt(reading);
  if (/^u(ret)?probe\.multi/.test(kind)) return uprobeMulti(reading, retprobe);
  if (/^u/.test(kind)) return uprobe(reading, retprobe);
  if (/syscall$/.test(kind)) return ksyscall(reading, retprobe);
  if (/\.(multi|session)$/.test(kind)) return kprobeMulti(reading, retprobe, kind.endsWith(".session"));
  return kprobe(reading, retprobe);
}

const KERNEL_FUNCTION = /^[\w.$:]+$/;
/** libbpf matches patterns by backtracking: each further `*` multiplies the time by the length of the name. */
const MAX_STARS = 4;

function kprobe(reading: Reading, retprobe: boolean): Reached {
  const [name, offset] = splitOffset(reading.text);
  if (!KERNEL_FUNCTION.test(name)) throw misread(reading, "it is not the name of a kernel function");
  return { target: { kind: "kprobe", function: name, offset: parseOffset(reading, offset), retprobe } };
}

function ksyscall(reading: Reading, retprobe: boolean): Reached {
  if (!/^\w+$/.test(reading.text)) throw misread(reading, "it is not the name of a system call");
  return { target: { kind: "ksyscall", name: reading.text, retprobe } };
}

function kprobeMulti(reading: Reading, retprobe: boolean, session: boolean): Reached {
  const pattern = checkStars(reading, reading.text);
  if (!/^[\w.$:*?]+$/.test(pattern)) throw misread(reading, "it is not a pattern for names of kernel functions");
  return { target: { kind: "kprobe_multi", pattern, retprobe, session } };
}

const ANY_PROCESS = -1;

function uprobe(reading: Reading, retprobe: boolean): Reached {
  const [binary, place] = splitBinary(reading, "binary:function[+offset] or binary:address");
  const address = parseAddress(reading, place);
  if (address !== undefined) {
    return onBinary(reading, binary, (file) => ({ kind: "uprobe", ...file, retprobe, offset: 0, address }));
  }
  const [name, text] = splitOffset(place);
  if (name === "") throw misread(reading, "a uprobe's target is binary:function[+offset] or binary:address");
  const offset = parseOffset(reading, text);
  // The kernel replaces the word at the top of the stack, which is the return address only at the first instruction.
  if (retprobe && offset !== 0) throw misread(reading, "a return probe takes a whole function, without an offset");
  return onBinary(reading, binary, (file) => ({ kind: "uprobe", ...file, retprobe, function: name, offset }));
}

function uprobeMulti(reading: Reading, retprobe: boolean): Reached {
  const [binary, text] = splitBinary(reading, "binary:pattern or binary:address");
  const address = parseAddress(reading, text);
  const place = address === undefined ? { pattern: checkStars(reading, text) } : { address };
  return onBinary(reading, binary, (file) => ({ kind: "uprobe_multi", ...file, retprobe, place }));
}

function usdt(reading: Reading): Reached {
  const [binary, provider, name, more] = reading.text.split(":");
  if (!binary || !provider || !name || more !== undefined) {
    throw misread(reading, "a USDT probe's target is binary:provider:name");
  }
  return onBinary(reading, binary, (file) => ({ kind: "usdt", ...file, provider, name }));
}

function onBinary(
  { system }: Reading,
  binary: string,
  targetOf: (file: { binary: string; fd: number; pid: number }) => AttachTarget,
): Reached {
  const fd = openHidden(() => system.openBinary(binary));
  return { target: targetOf({ binary, fd, pid: ANY_PROCESS }), opened: fd };
}

function splitBinary(reading: Reading, syntax: string): [binary: string, place: string] {
  const colon = reading.text.lastIndexOf(":");
  if (colon <= 0 || colon === reading.text.length - 1) throw misread(reading, `a uprobe's target is ${syntax}`);
  return [reading.text.slice(0, colon), reading.text.slice(colon + 1)];
}

function checkStars(reading: Reading, pattern: string): string {
  if (pattern.split("*").length - 1 > MAX_STARS) throw misread(reading, `a pattern has at most ${MAX_STARS} *`);
  return pattern;
}

/** An address as `nm` prints it: 16 hexadecimal digits, or 8 for a 32-bit file. */
const NM_ADDRESS = /^(?:[0-9a-f]{16}|0[0-9a-f]{7})$/i;

/**
 * Parses an address: `0x1139`, `4409`, or as `nm` prints it. Returns undefined for a name, which cannot begin with a digit.
 */
function parseAddress(reading: Reading, text: string): number | undefined {
  if (!/^\d/.test(text)) return undefined;
  const address = NM_ADDRESS.test(text) ? Number(`0x${text}`) : parseNumber(text);
  if (address !== undefined && Number.isSafeInteger(address)) return address;
  throw misread(
    reading,
    `"${text}" is not an address: write 0x and hexadecimal digits, or 16 digits as nm prints them`,
  );
}

function splitOffset(text: string): [name: string, offset: string | undefined] {
  const plus = text.lastIndexOf("+");
  return plus < 0 ? [text, undefined] : [text.slice(0, plus), text.slice(plus + 1)];
}

function parseOffset(reading: Reading, text: string | undefined): number {
  if (text === undefined) return 0;
  const offset = parseNumber(text);
  if (offset === undefined) throw misread(reading, `"${text}" is not an offset in bytes`);
  return offset;
}

/** Parses a number as libbpf does: hexadecimal after 0x, else decimal. A leading zero would mean octal to libbpf, so it is refused. */
function parseNumber(text: string): number | undefined {
  return /^(0x[0-9a-f]{1,12}|0|[1-9]\d{0,14})$/i.test(text) ? Number(text) : undefined;
}
