/**
 * Facts about the process and the machine. Each struct is that of the kernel and of glibc on 64-bit machines, for guests of both widths.
 *
 * @module
 */

import { MAX_INTERFACE_NAME_BYTES } from "../../ffi/system/network_interfaces.ts";
import {
  readSysinfo,
  readTerminalSize,
  readUtsname,
  SYSINFO_BYTES,
  TERMINAL_SIZE_BYTES,
  UTSNAME_BYTES,
} from "../../ffi/system/machine_facts.ts";
import {
  LIMIT_BYTES,
  processGroup,
  processNumber,
  type ProcessNumbers,
  readLimit,
} from "../../ffi/system/process_control.ts";
import type { GuestContext } from "../core/context.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";
import { checked, refuse } from "../core/refusal.ts";

/**
 * `getpid() -> i32`: the number of this process in its PID namespace. BPF programs see the number in the initial namespace.
 */
export function getpid(): () => number {
  return () => Deno.pid;
}

/** `getppid`, `gettid`, `getuid`, `geteuid`, `getgid`, `getegid`, each `() -> i32`. */
export function ownNumber(guest: GuestContext, name: keyof ProcessNumbers): () => number {
  return () => processNumber(guest.system.calls, name);
}

/** `getpgid(i32 pid) -> i32` and `getsid(i32 pid) -> i32`: the process group and the session of a process; 0 is this process. */
export function groupOf(guest: GuestContext, name: "getpgid" | "getsid"): (pid: number) => number {
  return (pid) => checked(processGroup(guest.system.calls, name, pid));
}

/** `uname(ptr names) -> i32` fills a `struct utsname`. */
export function uname(guest: GuestContext) {
  return (names: WasmPtr): void =>
    void checked(readUtsname(guest.system.calls, guest.memory.view(guestPtr(names, guest.addressBits), UTSNAME_BYTES)));
}

/** `sysinfo(ptr info) -> i32` fills a `struct sysinfo`: uptime, load, memory. */
export function sysinfo(guest: GuestContext) {
  return (info: WasmPtr): void =>
    void checked(readSysinfo(guest.system.calls, guest.memory.view(guestPtr(info, guest.addressBits), SYSINFO_BYTES)));
}

/** `getrlimit(i32 resource, ptr limit) -> i32` fills a `struct rlimit` with a limit of the host's process. */
export function getrlimit(guest: GuestContext) {
  return (resource: number, limit: WasmPtr): void => {
    const into = guest.memory.view(guestPtr(limit, guest.addressBits), LIMIT_BYTES);
    checked(readLimit(guest.system.calls, resource, into));
  };
}

/** `if_nametoindex(ptr name) -> i32`. @returns the index of a network interface; ENODEV when there is none of this name. */
export function nameToIndex(guest: GuestContext) {
  return (name: WasmPtr): number => {
    const text = guest.memory.readCString(guestPtr(name, guest.addressBits));
    return guest.system.findInterface(text) ?? refuse("ENODEV");
  };
}

/** `if_indextoname(i32 index, ptr name) -> i32` writes the name of a network interface, at most 16 bytes. @returns ENXIO for none. */
export function indexToName(guest: GuestContext) {
  return (index: number, name: WasmPtr): void => {
    const at = guestPtr(name, guest.addressBits);
    guest.memory.check(at, MAX_INTERFACE_NAME_BYTES);
    const found = guest.system.interfaceName(index >>> 0) ?? refuse("ENXIO");
    guest.memory.view(at, found.length).set(found);
  };
}

/** `terminal_size(i32 fd, ptr size) -> i32` fills a `struct winsize` for a terminal of the guest. @returns ENOTTY for another file. */
export function terminalSize(guest: GuestContext) {
  return (fd: number, size: WasmPtr): void => {
    const { hostFd } = guest.descriptors.find(fd) ?? refuse("EBADF");
    const into = guest.memory.view(guestPtr(size, guest.addressBits), TERMINAL_SIZE_BYTES);
    checked(readTerminalSize(guest.system.calls, hostFd, into));
  };
}
