// SPDX-License-Identifier: MIT

import { checkedFor, ERRNO, exitWithError, failed, linuxErrno, refuse } from "./errors";
import { bpf_map_delete_elem, bpf_map_get_next_key, bpf_map_lookup_elem, bpf_map_update_elem } from "./imports";
import { MapHandle } from "./map_handle";
import { takeMessages } from "./messages";
import { putValue, sizeOf, valueAt } from "./values";

/** Updates always. */
export const BPF_ANY: u64 = 0;
/** Updates only if the key is new. */
export const BPF_NOEXIST: u64 = 1;
/** Updates only if the key exists. */
export const BPF_EXIST: u64 = 2;

/** Ends the guest unless the map's keys and values have these sizes. */
export function checkSizes(map: MapHandle, keySize: usize, valueSize: usize): void {
  if (map.keySize == keySize && map.valueSize == valueSize) return;
  const has = `it has keys of ${map.keySize} and values of ${map.valueSize} bytes`;
  refuse(`use map "${map.name}" with keys of ${keySize} and values of ${valueSize} bytes (${has})`, ERRNO.EINVAL);
  exitWithError();
}

/** True if an element was found. Ends the guest for other errors than ENOENT. */
export function found(map: MapHandle, verb: string, result: i32): bool {
  if (result >= 0) return true;
  if (linuxErrno(result) != ERRNO.ENOENT) checkedFor(verb, map.name, result);
  takeMessages();
  return false;
}

/**
 * A map with keys `K` and values `V`: numbers or unmanaged classes. Calls allocate nothing. A value that is an instance lies in the map's
 * own buffer until the next call.
 */
export class BpfMap<K, V> extends MapHandle {
  private keyBytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<K>());
  private valueBytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<V>());
  private isChecked: bool = false;

  /** Checks the sizes at the first call, since a map's definition can change until load. */
  private use(): i32 {
    const fd = this.fd;
    if (this.isChecked) return fd;
    checkSizes(this, sizeOf<K>(), sizeOf<V>());
    if (this.isPerCpu) {
      refuse(`use map "${this.name}" without PerCpuMap: its values are per CPU`, ERRNO.EINVAL);
      exitWithError();
    }
    this.isChecked = true;
    return fd;
  }

  private keyAt(key: K): usize {
    putValue<K>(changetype<usize>(this.keyBytes), key);
    return changetype<usize>(this.keyBytes);
  }

  /** Looks a key up. Returns true if it exists; then `value` has its value. */
  lookup(key: K): bool {
    const fd = this.use();
    const result = bpf_map_lookup_elem(fd, this.keyAt(key), changetype<usize>(this.valueBytes));
    return found(this, "look up in map", result);
  }

  /** The value that `lookup()` found. */
  get value(): V {
    return valueAt<V>(changetype<usize>(this.valueBytes));
  }

  /** The value of a key, or `otherwise` if it does not exist. */
  get(key: K, otherwise: V): V {
    return this.lookup(key) ? this.value : otherwise;
  }

  /** True if the key exists. */
  has(key: K): bool {
    return this.lookup(key);
  }

  /** Sets the value of a key. Flags are `BPF_ANY`, `BPF_NOEXIST` and `BPF_EXIST`. */
  set(key: K, value: V, flags: u64 = BPF_ANY): void {
    if (!this.trySet(key, value, flags)) exitWithError();
  }

  /** As `set()`. Returns false if it fails: EEXIST or ENOENT as the flags say, E2BIG if the map is full. */
  trySet(key: K, value: V, flags: u64 = BPF_ANY): bool {
    const fd = this.use();
    putValue<V>(changetype<usize>(this.valueBytes), value);
    const result = bpf_map_update_elem(fd, this.keyAt(key), changetype<usize>(this.valueBytes), flags);
    return result >= 0 || !failed(`update map "${this.name}"`, result);
  }

  /** Removes a key. Returns false if it did not exist. */
  delete(key: K): bool {
    const fd = this.use();
    return found(this, "delete from map", bpf_map_delete_elem(fd, this.keyAt(key)));
  }

  /** Walks the elements: `while (cursor.next()) { cursor.key; cursor.value; }`. */
  entries(): MapCursor<K, V> {
    this.use();
    return new MapCursor<K, V>(this);
  }

  /** All keys. Instances are new, and stay until `destroy()`. */
  keys(): K[] {
    const keys: K[] = [];
    const cursor = this.entries();
    while (cursor.nextKey()) keys.push(cursor.copyOfKey());
    return keys;
  }
}

/** A walk over a map. Elements that programs add or remove meanwhile may be missing, or come twice. */
export class MapCursor<K, V> {
  private keyBytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<K>());
  private nextBytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<K>());
  private started: bool = false;

  constructor(private map: BpfMap<K, V>) {}

  /** Goes to the next element that exists. Returns false at the end. */
  next(): bool {
    while (this.nextKey()) {
      if (this.map.lookup(this.key)) return true;
    }
    return false;
  }

  /** Goes to the next key, without looking its value up. */
  nextKey(): bool {
    const from: usize = this.started ? changetype<usize>(this.keyBytes) : 0;
    const result = bpf_map_get_next_key(this.map.fd, from, changetype<usize>(this.nextBytes));
    if (!found(this.map, "walk map", result)) return false;
    memory.copy(changetype<usize>(this.keyBytes), changetype<usize>(this.nextBytes), sizeOf<K>());
    this.started = true;
    return true;
  }

  /** The key. An instance changes with the next step. */
  get key(): K {
    return valueAt<K>(changetype<usize>(this.keyBytes));
  }

  /** The value. */
  get value(): V {
    return this.map.value;
  }

  copyOfKey(): K {
    if (isReference<K>()) {
      const copy = heap.alloc(sizeOf<K>());
      memory.copy(copy, changetype<usize>(this.keyBytes), sizeOf<K>());
      return changetype<K>(copy);
    }
    return this.key;
  }
}
