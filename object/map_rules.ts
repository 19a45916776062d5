/**
 * The kernel's rules for maps. The kernel refuses a map with only EINVAL. These rules find the property that is wrong.
 *
 * Each rule comes from the kernel (`map_alloc_check` of the type in kernel/bpf/). If kernels differ, the newest one counts.
 *
 * @module
 */

import { MAP_FLAG, MapType } from "./bpf_numbers.ts";

/** The definition of a map. */
export interface MapShape {
  /** The number of its type, `enum bpf_map_type`. */
  readonly type: number;
  /** In bytes. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/** Checks one property of a map. Returns a text that follows the type's name when the property is wrong. */
type Rule = (map: MapShape) => string | undefined;

/** The largest per-CPU value (`PCPU_MIN_UNIT_SIZE`). */
const MAX_PER_CPU_BYTES = 32 * 1024;
/** A frame of a stack trace has 8 bytes, or with BPF_F_STACK_BUILD_ID those of `struct bpf_stack_build_id`. */
const FRAME_BYTES = 8;
const BUILD_ID_BYTES = 32;
/** The default of the sysctl kernel.perf_event_max_stack. */
const MAX_FRAMES = 127;
/** `struct bpf_lpm_trie_key` begins with 4 bytes for the prefix length. Up to 256 bytes of data follow. */
const MIN_LPM_KEY_BYTES = 5;
const MAX_LPM_KEY_BYTES = 260;

const bytes = (size: number) => `${size} byte${size === 1 ? "" : "s"}`;
const noKey: Rule = ({ keySize }) =>
  keySize === 0 ? undefined : `has no key, and this one has a key of ${bytes(keySize)}`;
const noValue: Rule = ({ valueSize }) =>
  valueSize === 0 ? undefined : `has no value, and this one has a value of ${bytes(valueSize)}`;
const noEntries: Rule = ({ maxEntries }) =>
  maxEntries === 0 ? undefined : `has no max_entries, and this one has ${maxEntries}`;
const someKey: Rule = ({ keySize }) => keySize > 0 ? undefined : "needs a key";
const someValue: Rule = ({ valueSize }) => valueSize > 0 ? undefined : "needs a value";
const someEntries: Rule = ({ maxEntries }) => maxEntries > 0 ? undefined : "needs max_entries";
const keyOf = (...sizes: readonly number[]): Rule => ({ keySize }) =>
  sizes.includes(keySize) ? undefined : `needs a key of ${sizes.join(" or ")} bytes, and this one has ${keySize}`;
const valueOf = (...sizes: readonly number[]): Rule => ({ valueSize }) =>
  sizes.includes(valueSize) ? undefined : `needs a value of ${sizes.join(" or ")} bytes, and this one has ${valueSize}`;
const perCpuValue: Rule = ({ valueSize }) =>
  valueSize <= MAX_PER_CPU_BYTES ? undefined : `has a value of 32 KiB at most, and this one has ${valueSize} bytes`;
const needs = (flag: keyof typeof MAP_FLAG): Rule => ({ flags }) =>
  (flags & MAP_FLAG[flag]) !== 0 ? undefined : `needs ${flag}`;
const flagsOf = (...allowed: readonly (keyof typeof MAP_FLAG)[]): Rule => ({ flags }) => {
  const unknown = flags & ~allowed.reduce((all, name) => all | MAP_FLAG[name], 0);
  return unknown === 0 ? undefined : `does not take ${flagNames(unknown >>> 0)}`;
};

const USER_ACCESS = ["BPF_F_NUMA_NODE", "BPF_F_RDONLY", "BPF_F_WRONLY"] as const;
const ACCESS = [...USER_ACCESS, "BPF_F_RDONLY_PROG", "BPF_F_WRONLY_PROG"] as const;
const HASH_FLAGS = ["BPF_F_NO_PREALLOC", "BPF_F_ZERO_SEED", ...ACCESS] as const;
const LRU_FLAGS = ["BPF_F_NO_COMMON_LRU", "BPF_F_ZERO_SEED", ...ACCESS] as const;
const STORAGE_FLAGS = ["BPF_F_NO_PREALLOC", "BPF_F_CLONE"] as const;
const HASH = [someKey, someValue, someEntries];
const ARRAY = [keyOf(4), someEntries];
const RING = [noKey, noValue, someEntries, powerOfTwo, flagsOf("BPF_F_NUMA_NODE")];
const QUEUE = [noKey, someValue, someEntries, flagsOf(...ACCESS)];
const STORAGE = [needs("BPF_F_NO_PREALLOC"), noEntries, keyOf(4), someValue, flagsOf(...STORAGE_FLAGS)];
const CGROUP_STORAGE = [keyOf(8, 16), someValue, noEntries, flagsOf(...ACCESS)];
/** Values are descriptors of 4 bytes. */
const DESCRIPTORS = [...ARRAY, valueOf(4), flagsOf(...USER_ACCESS)];
const SOCKETS = [...ARRAY, valueOf(4, 8), flagsOf(...USER_ACCESS)];
/** The kernel's per-CPU allocator cannot choose a NUMA node. */
const withoutNode: Rule = ({ flags }) =>
  (flags & MAP_FLAG.BPF_F_NUMA_NODE) === 0 ? undefined : "does not take BPF_F_NUMA_NODE";

/** By type: its name with an article, and its rules in the order of reporting. Built at the first refusal. */
const types = (): ReadonlyMap<number, readonly [name: string, rules: readonly Rule[]]> =>
  new Map([
    [MapType.HASH, ["a hash", [...HASH, flagsOf(...HASH_FLAGS)]]],
    [MapType.ARRAY, ["an array", [...ARRAY, someValue, flagsOf("BPF_F_MMAPABLE", "BPF_F_INNER_MAP", ...ACCESS)]]],
    [MapType.PROG_ARRAY, ["a prog_array", DESCRIPTORS]],
    [MapType.PERF_EVENT_ARRAY, ["a perf_event_array", [
      keyOf(4),
      valueOf(4),
      flagsOf("BPF_F_PRESERVE_ELEMS", ...USER_ACCESS),
    ]]],
    [MapType.PERCPU_HASH, ["a percpu_hash", [...HASH, perCpuValue, withoutNode, flagsOf(...HASH_FLAGS)]]],
    [MapType.PERCPU_ARRAY, ["a percpu_array", [...ARRAY, someValue, perCpuValue, withoutNode, flagsOf(...ACCESS)]]],
    [MapType.STACK_TRACE, ["a stack_trace", [
      ...ARRAY,
      someValue,
      frames,
      flagsOf("BPF_F_STACK_BUILD_ID", ...USER_ACCESS),
    ]]],
    [MapType.CGROUP_ARRAY, ["a cgroup_array", DESCRIPTORS]],
    [MapType.LRU_HASH, ["an lru_hash", [...HASH, flagsOf(...LRU_FLAGS)]]],
    [MapType.LRU_PERCPU_HASH, ["an lru_percpu_hash", [...HASH, perCpuValue, withoutNode, flagsOf(...LRU_FLAGS)]]],
    [MapType.LPM_TRIE, ["an lpm_trie", [
      prefixKey,
      someValue,
      someEntries,
      needs("BPF_F_NO_PREALLOC"),
      flagsOf("BPF_F_NO_PREALLOC", ...ACCESS),
    ]]],
    [MapType.ARRAY_OF_MAPS, ["an array_of_maps", [...ARRAY, valueOf(4)]]],
    [MapType.HASH_OF_MAPS, ["a hash_of_maps", [someKey, someEntries, valueOf(4)]]],
    [MapType.DEVMAP, ["a devmap", SOCKETS]],
    [MapType.SOCKMAP, ["a sockmap", SOCKETS]],
    [MapType.CPUMAP, ["a cpumap", [...ARRAY, valueOf(4, 8), flagsOf("BPF_F_NUMA_NODE")]]],
    [MapType.XSKMAP, ["an xskmap", DESCRIPTORS]],
    [MapType.SOCKHASH, ["a sockhash", [someKey, someEntries, valueOf(4, 8), flagsOf(...USER_ACCESS)]]],
    [MapType.CGROUP_STORAGE, ["a cgroup_storage", CGROUP_STORAGE]],
    [MapType.REUSEPORT_SOCKARRAY, ["a reuseport_sockarray", [...ARRAY, valueOf(4, 8), flagsOf(...ACCESS)]]],
    [MapType.PERCPU_CGROUP_STORAGE, ["a percpu_cgroup_storage", [...CGROUP_STORAGE, perCpuValue]]],
    [MapType.QUEUE, ["a queue", QUEUE]],
    [MapType.STACK, ["a stack", QUEUE]],
    [MapType.SK_STORAGE, ["an sk_storage", STORAGE]],
    [MapType.DEVMAP_HASH, ["a devmap_hash", SOCKETS]],
    // Its rules depend on the kernel type that it holds.
    [MapType.STRUCT_OPS, ["a struct_ops", []]],
    [MapType.RINGBUF, ["a ring buffer", RING]],
    [MapType.INODE_STORAGE, ["an inode_storage", STORAGE]],
    [MapType.TASK_STORAGE, ["a task_storage", STORAGE]],
    [MapType.BLOOM_FILTER, ["a bloom_filter", [noKey, someValue, someEntries, flagsOf("BPF_F_ZERO_SEED", ...ACCESS)]]],
    [MapType.USER_RINGBUF, ["a user ring buffer", RING]],
    [MapType.CGRP_STORAGE, ["a cgrp_storage", STORAGE]],
    [MapType.ARENA, ["an arena", [noKey, noValue, someEntries, needs("BPF_F_MMAPABLE")]]],
  ]);

function powerOfTwo({ maxEntries }: MapShape): string | undefined {
  if (maxEntries % 4096 === 0 && (maxEntries & (maxEntries - 1)) === 0) return undefined;
  return `has a power of two of bytes, whole pages, as max_entries, and this one has ${maxEntries}`;
}

function frames({ valueSize, flags }: MapShape): string | undefined {
  const unit = (flags & MAP_FLAG.BPF_F_STACK_BUILD_ID) === 0 ? FRAME_BYTES : BUILD_ID_BYTES;
  if (valueSize % unit !== 0) return `needs a value of a multiple of ${unit} bytes, and this one has ${valueSize}`;
  const count = valueSize / unit;
  if (count <= MAX_FRAMES) return undefined;
  return `has ${MAX_FRAMES} frames of ${unit} bytes at most (sysctl kernel.perf_event_max_stack), and this one has ${count}`;
}

function prefixKey({ keySize }: MapShape): string | undefined {
  if (keySize >= MIN_LPM_KEY_BYTES && keySize <= MAX_LPM_KEY_BYTES) return undefined;
  return `has a key of 5 to 260 bytes, the first four for the prefix's length, and this one has ${keySize}`;
}

function flagNames(flags: number): string {
  const known = Object.entries(MAP_FLAG).filter(([, bit]) => (flags & bit) !== 0);
  const rest = (flags & ~known.reduce((all, [, bit]) => all | bit, 0)) >>> 0;
  return [...known.map(([name]) => name), ...(rest === 0 ? [] : [`flag 0x${rest.toString(16)}`])].join(" and ");
}

/** The rule that `map` breaks, as text; undefined when it breaks no known rule. */
export function brokenMapRule(map: MapShape): string | undefined {
  const type = types().get(map.type);
  if (type === undefined) return undefined;
  for (const rule of type[1]) {
    const wrong = rule(map);
    if (wrong !== undefined) return `${type[0]} ${wrong}`;
  }
  return undefined;
}

/** The definition of `map` as text: "a hash, key 4 bytes, value 8 bytes, 1024 entries, no flags". */
export function describeMap({ type, keySize, valueSize, maxEntries, flags }: MapShape): string {
  const flagged = flags === 0 ? "no flags" : flagNames(flags);
  const entries = `${maxEntries} ${maxEntries === 1 ? "entry" : "entries"}`;
  return `${describeMapType(type)}, key ${bytes(keySize)}, value ${bytes(valueSize)}, ${entries}, ${flagged}`;
}

/** The name of a map type with its article: "a hash". */
export function describeMapType(type: number): string {
  return types().get(type)?.[0] ?? `a map of type ${type}`;
}
