/**
 * Perf events that a guest opens itself, to attach programs to them or to read them.
 *
 * @module
 */

import { PERF_IOC, PERF_OPEN_FLAG, PERF_TYPE } from "../../ffi/system/linux_numbers.ts";
import { controlPerfEvent, openGuestPerfEvent, PERF_SIGTRAP } from "../../ffi/system/perf_event.ts";
import { LAYOUT } from "../../ffi/system/struct_layouts.ts";
import type { GuestContext } from "../core/context.ts";
import { KernelDescriptor } from "../core/descriptors.ts";
import { type GuestPtr, guestPtr, type WasmPtr } from "../core/memory.ts";
import { checked, refuse } from "../core/refusal.ts";
import { addDescriptor } from "./descriptors.ts";

const AT = LAYOUT.perf_event_attr;
/** The kernel accepts no larger `struct perf_event_attr` than a page. */
const MAX_ATTR_BYTES = 4096;
const NONE = -1;

/** The types without addresses of the process in their attributes. Types that the kernel numbers at run time have some. */
const TYPES: ReadonlySet<number> = new Set(Object.values(PERF_TYPE));
/** Without FD_OUTPUT, which the kernel has not supported for long. */
const OFFERED_FLAGS = BigInt(PERF_OPEN_FLAG.FD_CLOEXEC | PERF_OPEN_FLAG.FD_NO_GROUP | PERF_OPEN_FLAG.PID_CGROUP);
const CONTROLS: ReadonlySet<number> = new Set(Object.values(PERF_IOC));

/**
 * `perf_event_open(ptr attr, i32 pid, i32 cpu, i32 group, i64 flags) -> i32` opens a perf event and returns the guest's descriptor. A program
 * can be attached to it, and it is a valid value of perf event arrays. The parameters are those of perf_event_open(2); `group`, and `pid`
 * with PERF_FLAG_PID_CGROUP, are the guest's descriptors.
 *
 * @returns ENOTSUP for types other than hardware, software, tracepoint, cache, raw and breakpoint, and for events that send signals;
 * E2BIG for a struct of wrong size; EPERM if the policy refuses; the kernel's error.
 */
export function perfEventOpen(guest: GuestContext) {
  return (attr: WasmPtr, pid: number, cpu: number, group: number, flags: bigint): number => {
    const attributes = readAttributes(guest, guestPtr(attr, guest.addressBits));
    if ((flags & ~OFFERED_FLAGS) !== 0n) refuse("EINVAL");
    const wanted = Number(flags);
    const { calls } = guest.system;
    const place = {
      pid: (wanted & PERF_OPEN_FLAG.PID_CGROUP) === 0 ? pid : hostFdOf(guest, pid, "file"),
      cpu,
      group: group === NONE ? NONE : hostFdOf(guest, group, "perf_event"),
      flags: wanted | PERF_OPEN_FLAG.FD_CLOEXEC,
    };
    guest.gate.pass({ kind: "perf_event", type: attributes.getUint32(AT.type, true), pid, cpu });
    const fd = checked(openGuestPerfEvent(calls, new Uint8Array(attributes.buffer), place));
    return addDescriptor(guest, new KernelDescriptor("perf_event", fd, () => calls.close(fd)));
  };
}

/**
 * `perf_event_ioctl(i32 fd, i32 request, i32 argument) -> i32`: PERF_EVENT_IOC_ENABLE, _DISABLE and _RESET, with argument 0.
 *
 * @returns ENOTTY for other requests: programs are attached with libbpf.
 */
export function perfEventIoctl(guest: GuestContext) {
  return (fd: number, request: number, argument: number): void => {
    const hostFd = hostFdOf(guest, fd, "perf_event");
    if (!CONTROLS.has(request)) refuse("ENOTTY");
    if (argument !== 0) refuse("EINVAL");
    checked(controlPerfEvent(guest.system.calls, hostFd, request));
  };
}

/** Copies the guest's `struct perf_event_attr`, and checks it. The kernel refuses a longer struct unless the rest is 0. */
function readAttributes({ memory }: GuestContext, from: GuestPtr): DataView<ArrayBuffer> {
  memory.check(from, AT.size);
  const stated = memory.data.getUint32(from + AT.size_field, true);
  const sizeBytes = stated === 0 ? AT.size : stated;
  if (sizeBytes < AT.size || sizeBytes > MAX_ATTR_BYTES) refuse("E2BIG");
  const attributes = new DataView(memory.view(from, sizeBytes).slice().buffer);
  // The guest may change its own struct, but not this copy.
  attributes.setUint32(AT.size_field, sizeBytes, true);
  const sendsSignals = (attributes.getBigUint64(AT.flags, true) & PERF_SIGTRAP) !== 0n;
  if (!TYPES.has(attributes.getUint32(AT.type, true)) || sendsSignals) refuse("ENOTSUP");
  return attributes;
}

/** The host's descriptor for the guest's. Refuses with EBADF when that is none of this kind. */
function hostFdOf({ descriptors }: GuestContext, fd: number, kind: "perf_event" | "file"): number {
  const found = descriptors.find(fd);
  return found?.kind === kind ? found.passedFd ?? refuse("EBADF") : refuse("EBADF");
}
