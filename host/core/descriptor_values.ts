/**
 * Map keys and values that are descriptors. The kernel would accept any descriptor of this process. A guest may use only its own.
 *
 * @module
 */

import { type BpfMap, MapType } from "../../ffi/mod.ts";

/** The guest's descriptors, see `descriptors.ts`. */
interface OwnDescriptors {
  readonly maps: { has(fd: number): boolean };
  find(fd: number): { readonly passedFd: number | undefined } | undefined;
}

/** The offset of the descriptor in a value, and the host's descriptor for the guest's; undefined if the guest does not own it. */
interface DescriptorRule {
  readonly offset: number;
  readonly hostFd: (own: OwnDescriptors, fd: number) => number | undefined;
}

const ownMap: DescriptorRule = { offset: 0, hostFd: (own, fd) => own.maps.has(fd) ? fd : undefined };
const ownDirectory: DescriptorRule = { offset: 0, hostFd: (own, fd) => own.find(fd)?.passedFd };
// A guest has no descriptors of programs, sockets or perf events.
const nothing: DescriptorRule = { offset: 0, hostFd: () => undefined };
// struct bpf_devmap_val { __u32 ifindex; int fd; } and struct bpf_cpumap_val: 0 and below mean no program.
const optionalProgram: DescriptorRule = { offset: 4, hostFd: (_own, fd) => fd <= 0 ? fd : undefined };

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

/** True if keys or values of this map may be descriptors: by a rule, or because its type is newer than this table. */
export function hasDescriptors(map: Pick<BpfMap, "type">): boolean {
  return !PLAIN_TYPES.has(map.type);
}

/** The map of an element, as the rules need it. */
type ElementMap = Pick<BpfMap, "type" | "valueSize">;

/**
 * Replaces the guest's descriptor in the key at `at` of `element` by the host's.
 *
 * @param own the guest's descriptors.
 * @returns false if the guest does not own it.
 */
export function translateKey(own: OwnDescriptors, map: ElementMap, element: DataView, at: number): boolean {
  return isKnown(map) && translated(own, KEY_RULES.get(map.type), element, at);
}

/** As {@link translateKey}, for the value at `at`. */
export function translateValue(own: OwnDescriptors, map: ElementMap, element: DataView, at: number): boolean {
  if (!isKnown(map)) return false;
  const rule = RULES.get(map.type);
  // A value of a device map may contain only the device.
  return rule === undefined || map.valueSize < rule.offset + 4 || translated(own, rule, element, at);
}

/** False for a type in no table. Its elements could hold descriptors, so the guest must not write them. */
function isKnown({ type }: ElementMap): boolean {
  return PLAIN_TYPES.has(type) || RULES.has(type) || KEY_RULES.has(type);
}

function translated(own: OwnDescriptors, rule: DescriptorRule | undefined, element: DataView, at: number): boolean {
  if (rule === undefined) return true;
  const hostFd = rule.hostFd(own, element.getInt32(at + rule.offset, true));
  if (hostFd === undefined) return false;
  element.setInt32(at + rule.offset, hostFd, true);
  return true;
}
