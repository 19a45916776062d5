/**
 * Map keys and values that are descriptors. The kernel would accept any descriptor of this process. A guest may use only its own.
 *
 * @module
 */

import { type BpfMap, MapType } from "../../ffi/mod.ts";

/** The kinds of descriptors in elements. */
export type ValueKind = "map" | "program" | "perf_event" | "file";

/** The guest's descriptors. */
export interface OwnDescriptors {
  /** The host's descriptor for the guest's `fd`; undefined if the guest does not own it, or it is of another kind. */
  hostFd(fd: number, kind: ValueKind): number | undefined;
}

/** The table of a guest's descriptors, see `descriptors.ts`. */
interface Table {
  readonly maps: { has(fd: number): boolean };
  find(fd: number): { readonly kind: string; readonly passedFd: number | undefined } | undefined;
}

/** The descriptors of a guest of version 1: its maps have the kernel's numbers, and it has no programs and perf events. */
export function version1Descriptors(table: Table): OwnDescriptors {
  return {
    hostFd(fd, kind) {
      if (kind === "map") return table.maps.has(fd) ? fd : undefined;
      return kind === "file" ? table.find(fd)?.passedFd : undefined;
    },
  };
}

/** The descriptors of a guest of version 2, which has one series of numbers. */
export function version2Descriptors(table: Table): OwnDescriptors {
  return {
    hostFd(fd, kind) {
      const entry = table.find(fd);
      return entry?.kind === kind ? entry.passedFd : undefined;
    },
  };
}

/** The place of the descriptor in a value, and its kind. */
interface DescriptorRule {
  readonly offset: number;
  /** Undefined if a guest cannot have such descriptors. */
  readonly kind: ValueKind | undefined;
  /** True if 0 and negative numbers mean no descriptor. */
  readonly isOptional?: boolean;
}

const ownMap: DescriptorRule = { offset: 0, kind: "map" };
const ownProgram: DescriptorRule = { offset: 0, kind: "program" };
const ownPerfEvent: DescriptorRule = { offset: 0, kind: "perf_event" };
const ownDirectory: DescriptorRule = { offset: 0, kind: "file" };
// A guest has no descriptors of connected sockets and processes.
const nothing: DescriptorRule = { offset: 0, kind: undefined };
// struct bpf_devmap_val { __u32 ifindex; int fd; } and struct bpf_cpumap_val.
const optionalProgram: DescriptorRule = { offset: 4, kind: "program", isOptional: true };

/** The rules for values, by map type. */
const RULES: ReadonlyMap<number, DescriptorRule> = new Map([
  [MapType.ARRAY_OF_MAPS, ownMap],
  [MapType.HASH_OF_MAPS, ownMap],
  [MapType.CGROUP_ARRAY, ownDirectory],
  [MapType.PROG_ARRAY, ownProgram],
  [MapType.PERF_EVENT_ARRAY, ownPerfEvent],
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
  const fd = element.getInt32(at + rule.offset, true);
  if (rule.isOptional === true && fd <= 0) return true;
  const hostFd = rule.kind === undefined ? undefined : own.hostFd(fd, rule.kind);
  if (hostFd === undefined) return false;
  element.setInt32(at + rule.offset, hostFd, true);
  return true;
}
