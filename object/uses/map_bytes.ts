/**
 * Estimates the kernel memory of a map.
 *
 * @module
 */

import { MapType } from "../bpf_numbers.ts";
import type { MapUses } from "./interfaces.ts";

/** The properties that the memory depends on. */
type Shape = Pick<MapUses, "type" | "keySize" | "valueSize" | "maxEntries">;

const PAGE_BYTES = 4096;
const POINTER_BYTES = 8;
/** Keys and values are aligned to words. */
const ALIGN_BYTES = 8;
/** The size of an element without its key and value: `struct htab_elem`, `struct lpm_trie_node`. */
const HASH_ELEMENT_BYTES = 48;
const TRIE_NODE_BYTES = 40;
/** A bucket of a hash has a list and a lock. */
const BUCKET_BYTES = 16;
/** The pages of a ring that hold the positions and the state of the kernel. */
const RING_PAGES = 3;
/** `struct stack_map_bucket` without the frames. */
const STACK_BYTES = 24;
/** By default, a bloom filter has 5 hash functions, and 7 bits for each element and 5 functions. */
const BLOOM_BITS = 7;

/** The bytes that the kernel allocates for a map when it is full. Those of storage maps belong to their owners, and are not counted. */
export function mapBytes({ type, keySize, valueSize, maxEntries }: Shape, cpus: number): number {
  const value = aligned(valueSize);
  const entry = HASH_ELEMENT_BYTES + aligned(keySize);
  switch (type) {
    case MapType.HASH:
    case MapType.LRU_HASH:
      return buckets(maxEntries) + maxEntries * (entry + value);
    case MapType.PERCPU_HASH:
    case MapType.LRU_PERCPU_HASH:
      return buckets(maxEntries) + maxEntries * (entry + POINTER_BYTES + value * cpus);
    case MapType.HASH_OF_MAPS:
    case MapType.DEVMAP_HASH:
    case MapType.SOCKHASH:
      return buckets(maxEntries) + maxEntries * (entry + POINTER_BYTES);
    case MapType.ARRAY:
    case MapType.QUEUE:
    case MapType.STACK:
      return maxEntries * value;
    case MapType.PERCPU_ARRAY:
      return maxEntries * (POINTER_BYTES + value * cpus);
    case MapType.STACK_TRACE:
      return maxEntries * (POINTER_BYTES + STACK_BYTES + value);
    case MapType.LPM_TRIE:
      return maxEntries * (TRIE_NODE_BYTES + aligned(keySize) + value);
    case MapType.RINGBUF:
    case MapType.USER_RINGBUF:
      return maxEntries + RING_PAGES * PAGE_BYTES;
    case MapType.BLOOM_FILTER:
      return powerOfTwo(maxEntries * BLOOM_BITS) / 8;
    case MapType.ARENA:
      return maxEntries * PAGE_BYTES;
    case MapType.STRUCT_OPS:
      return value;
    case MapType.PERF_EVENT_ARRAY:
      return (maxEntries || cpus) * POINTER_BYTES;
    case MapType.SK_STORAGE:
    case MapType.INODE_STORAGE:
    case MapType.TASK_STORAGE:
    case MapType.CGRP_STORAGE:
    case MapType.CGROUP_STORAGE:
    case MapType.PERCPU_CGROUP_STORAGE:
      return 0;
    default:
      // Arrays of descriptors.
      return maxEntries * POINTER_BYTES;
  }
}

function buckets(maxEntries: number): number {
  return powerOfTwo(maxEntries) * BUCKET_BYTES;
}

function aligned(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGN_BYTES) * ALIGN_BYTES;
}

/** The next power of two. */
function powerOfTwo(count: number): number {
  return count <= 1 ? count : 2 ** Math.ceil(Math.log2(count));
}
