/**
 * Map keys and values that are themselves descriptors. The kernel would take any descriptor of this process; a guest may use
 * its own.
 *
 * @module
 */

import { type BpfMap, MapType } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";

/** The offset of the descriptor in a value, and the host's descriptor for the guest's; undefined when the guest does not own it. */
interface DescriptorRule {
  readonly offset: number;
  readonly hostFd: (guest: GuestContext, fd: number) => number | undefined;
}

const ownMap: DescriptorRule = { offset: 0, hostFd: (guest, fd) => guest.descriptors.maps.has(fd) ? fd : undefined };
const ownDirectory: DescriptorRule = { offset: 0, hostFd: (guest, fd) => guest.descriptors.find(fd)?.passedFd };
// No call of version 1 gives a guest the descriptor of a program, a socket or a perf event.
const nothing: DescriptorRule = { offset: 0, hostFd: () => undefined };
// struct bpf_devmap_val { __u32 ifindex; int fd; } and struct bpf_cpumap_val: 0 and below mean no program.
const optionalProgram: DescriptorRule = { offset: 4, hostFd: (_guest, fd) => fd <= 0 ? fd : undefined };

/** The rules for values, by map type. */
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

/** The rules for keys that are descriptors, by map type. Keys of all other types are plain bytes. */
const KEY_RULES: ReadonlyMap<number, DescriptorRule> = new Map([
  [MapType.INODE_STORAGE, ownDirectory],
  [MapType.CGRP_STORAGE, ownDirectory],
  [MapType.SK_STORAGE, nothing],
  [MapType.TASK_STORAGE, nothing],
]);

/** Types whose keys and values are plain bytes. */
const PLAIN_TYPES: ReadonlySet<number> = new Set([
  MapType.HASH,
  MapType.ARRAY,
  MapType.PERCPU_HASH,
  MapType.PERCPU_ARRAY,
  MapType.STACK_TRACE,
  MapType.LRU_HASH,
  MapType.LRU_PERCPU_HASH,
  MapType.LPM_TRIE,
  MapType.CGROUP_STORAGE,
  MapType.PERCPU_CGROUP_STORAGE,
  MapType.QUEUE,
  MapType.STACK,
  MapType.RINGBUF,
  MapType.BLOOM_FILTER,
  MapType.USER_RINGBUF,
  MapType.ARENA,
]);

/** True when keys or values of this map may be descriptors: by a rule, or because its type is newer than this table. */
export function hasDescriptors(map: BpfMap): boolean {
  return !PLAIN_TYPES.has(map.type);
}

/** Puts the host's descriptor where the key of an element, at `at`, has the guest's. @returns whether the guest owns it. */
export function translateKey(guest: GuestContext, map: BpfMap, element: DataView, at: number): boolean {
  return isKnown(map) && translated(guest, KEY_RULES.get(map.type), element, at);
}

/** Puts the host's descriptor where the value of an element, at `at`, has the guest's. @returns whether the guest owns it. */
export function translateValue(guest: GuestContext, map: BpfMap, element: DataView, at: number): boolean {
  if (!isKnown(map)) return false;
  const rule = RULES.get(map.type);
  // A device map's value may be the device alone.
  return rule === undefined || map.valueSize < rule.offset + 4 || translated(guest, rule, element, at);
}

/** False for a type in no table. Its elements could hold descriptors, so the guest must not write them. */
function isKnown({ type }: BpfMap): boolean {
  return PLAIN_TYPES.has(type) || RULES.has(type) || KEY_RULES.has(type);
}

function translated(guest: GuestContext, rule: DescriptorRule | undefined, element: DataView, at: number): boolean {
  if (rule === undefined) return true;
  const hostFd = rule.hostFd(guest, element.getInt32(at + rule.offset, true));
  if (hostFd === undefined) return false;
  element.setInt32(at + rule.offset, hostFd, true);
  return true;
}
