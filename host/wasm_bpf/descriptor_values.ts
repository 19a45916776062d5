/**
 * Map keys and values that are themselves descriptors. The kernel would take any descriptor of this process; a guest may use
 * its own.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors.ts";
import { type BpfMap, MapType } from "../../ffi/mod.ts";
import type { GuestContext } from "../context.ts";
import type { GuestPtr } from "../memory.ts";

/** Where in a value the descriptor lies, and which of the host's is meant by the guest's; undefined when it owns none. */
interface DescriptorRule {
  readonly offset: number;
  readonly hostFd: (guest: GuestContext, fd: number) => number | undefined;
}

const ownMap: DescriptorRule = { offset: 0, hostFd: (guest, fd) => guest.maps.has(fd) ? fd : undefined };
const ownDirectory: DescriptorRule = { offset: 0, hostFd: (guest, fd) => guest.wasi.hostFd(fd) };
// No call of version 1 gives a guest the descriptor of a program, a socket or a perf event.
const nothing: DescriptorRule = { offset: 0, hostFd: () => undefined };
// struct bpf_devmap_val { __u32 ifindex; int fd; } and struct bpf_cpumap_val: 0 and below mean no program.
const optionalProgram: DescriptorRule = { offset: 4, hostFd: (_guest, fd) => fd <= 0 ? fd : undefined };

/** By map type. Types that are not here hold plain bytes. */
const RULES: ReadonlyMap<number, DescriptorRule> = new Map([
  [MapType.ARRAY_OF_MAPS, ownMap],
  [MapType.HASH_OF_MAPS, ownMap],
  [MapType.CGROUP_ARRAY, ownDirectory],
  [MapType.PROG_ARRAY, nothing],
  [MapType.PERF_EVENT_ARRAY, nothing],
  [MapType.SOCKMAP, nothing],
  [MapType.SOCKHASH, nothing],
  [MapType.XSKMAP, nothing],
  [MapType.REUSEPORT_SOCKARRAY, nothing],
  [MapType.STRUCT_OPS, nothing], // programs, where the struct has functions
  [MapType.DEVMAP, optionalProgram],
  [MapType.DEVMAP_HASH, optionalProgram],
  [MapType.CPUMAP, optionalProgram],
]);

/**
 * Calls `update` with the value at `value` as the kernel is to see it: with the host's descriptor where the guest wrote its own.
 *
 * @returns what `update` returned, or -EBADF when the guest does not own what the value names.
 */
export function withHostDescriptor(guest: GuestContext, map: BpfMap, value: GuestPtr, update: () => number): number {
  const rule = RULES.get(map.type);
  if (rule === undefined || map.valueSize < rule.offset + 4) return update();
  return replaced(guest, rule, value, update);
}

/** `operate` while the descriptor behind `place` is the host's. */
function replaced(guest: GuestContext, rule: DescriptorRule, place: GuestPtr, operate: () => number): number {
  const { data } = guest.memory;
  const at = place + rule.offset;
  const guestFd = data.getInt32(at, true);
  const hostFd = rule.hostFd(guest, guestFd);
  if (hostFd === undefined) return -LINUX_ERRNO.EBADF;
  data.setInt32(at, hostFd, true);
  const result = operate();
  data.setInt32(at, guestFd, true);
  return result;
}

/** By map type: what a key is, where it is a descriptor. Types that are not here have plain bytes for keys. */
const KEY_RULES: ReadonlyMap<number, DescriptorRule> = new Map([
  [MapType.INODE_STORAGE, ownDirectory],
  [MapType.CGRP_STORAGE, ownDirectory],
  [MapType.SK_STORAGE, nothing],
  [MapType.TASK_STORAGE, nothing],
]);

/**
 * Calls `operate` with the key at `key` as the kernel is to see it: with the host's descriptor where the guest wrote its own.
 *
 * @returns what `operate` returned, or -EBADF when the guest does not own what the key names.
 */
export function withHostKey(guest: GuestContext, map: BpfMap, key: GuestPtr, operate: () => number): number {
  const rule = KEY_RULES.get(map.type);
  return rule === undefined ? operate() : replaced(guest, rule, key, operate);
}

/** Whether keys of this map's type are descriptors. */
export function hasDescriptorKeys(map: BpfMap): boolean {
  return KEY_RULES.has(map.type);
}

/** Whether this map's keys or values may be descriptors. */
export function hasDescriptors(map: BpfMap): boolean {
  return RULES.has(map.type) || KEY_RULES.has(map.type);
}
