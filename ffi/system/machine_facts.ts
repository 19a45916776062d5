/**
 * Facts about the machine.
 *
 * @module
 */

import { IOCTL } from "./linux_numbers.ts";
import { LAYOUT } from "./struct_layouts.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The size of `struct utsname`. */
export const UTSNAME_BYTES = LAYOUT.utsname.size;
/** The size of `struct sysinfo`. */
export const SYSINFO_BYTES = LAYOUT.sysinfo.size;

/** Fills a `struct utsname`: the names of system, host, release, version and machine. @returns 0 or a negative errno. */
export function readUtsname(calls: SystemCalls, names: Uint8Array<ArrayBuffer>): number {
  return calls.result(calls.symbols.uname(NUMBER.uname, names));
}

/** The release of the kernel and the machine's architecture: "6.12.0-amd64", "x86_64". */
export function kernelName(calls: SystemCalls): { readonly release: string; readonly machine: string } {
  const names = new Uint8Array(UTSNAME_BYTES);
  readUtsname(calls, names);
  const text = (at: number) => new TextDecoder().decode(names.subarray(at, names.indexOf(0, at)));
  return { release: text(LAYOUT.utsname.release), machine: text(LAYOUT.utsname.machine) };
}

/** The size of `struct winsize`. */
export const TERMINAL_SIZE_BYTES = LAYOUT.winsize.size;

/** Fills a `struct winsize` with the size of a terminal. @returns 0 or a negative errno. */
export function readTerminalSize(calls: SystemCalls, fd: number, size: Uint8Array<ArrayBuffer>): number {
  return calls.result(calls.symbols.ioctl(NUMBER.ioctl, fd, IOCTL.TIOCGWINSZ, size));
}

/** Fills a `struct sysinfo`: uptime, load, memory. @returns 0 or a negative errno. */
export function readSysinfo(calls: SystemCalls, info: Uint8Array<ArrayBuffer>): number {
  return calls.result(calls.symbols.sysinfo(NUMBER.sysinfo, info));
}

/** The memory of the machine in pages: all of it, and the unused part. */
export function readMemoryPages(calls: SystemCalls): { readonly total: number; readonly free: number } {
  const at = LAYOUT.sysinfo;
  const info = new DataView(new ArrayBuffer(at.size));
  readSysinfo(calls, new Uint8Array(info.buffer));
  const pagesOf = (units: bigint) =>
    Math.floor(Number(units) * info.getUint32(at.mem_unit, true) / calls.pageSizeBytes);
  return { total: pagesOf(info.getBigUint64(at.totalram, true)), free: pagesOf(info.getBigUint64(at.freeram, true)) };
}
