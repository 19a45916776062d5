// SPDX-License-Identifier: MIT

import { checked, ERRNO, exitWithError, failed, refuse } from "./errors";
import {
  bpf_map_delete_elem,
  bpf_map_get_next_key,
  bpf_map_lookup_elem,
  bpf_map_update_elem,
  libbpf_num_possible_cpus,
} from "./imports";
import { BPF_ANY, checkSizes, found } from "./map";
import { MapHandle } from "./map_handle";
import { putValue, sizeOf, valueAt } from "./values";

let cpus = 0;

/** The number of possible CPUs, which is the number of values in an element of a per-CPU map. */
export function possibleCpus(): i32 {
  if (cpus == 0) cpus = checked("count the CPUs", libbpf_num_possible_cpus());
  return cpus;
}

/** A map whose elements have a value for each possible CPU. */
export class PerCpuMap<K, V> extends MapHandle {
  private keyBytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<K>());
  private nextBytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<K>());
  private room: StaticArray<u8> = new StaticArray<u8>(0);

  /** Checks the map and makes the room at the first call. */
  private use(): i32 {
    const fd = this.fd;
    if (this.room.length > 0) return fd;
    checkSizes(this, sizeOf<K>(), sizeOf<V>());
    if (!this.isPerCpu) {
      refuse(`use map "${this.name}" with PerCpuMap: its values are not per CPU`, ERRNO.EINVAL);
      exitWithError();
    }
    this.room = new StaticArray<u8>(<i32>PerCpuMap.step<V>() * possibleCpus());
    return fd;
  }

  /** The kernel rounds the size of each value up to 8 bytes. */
  private static step<V>(): usize {
    return (sizeOf<V>() + 7) & ~7;
  }

  private at(cpu: i32): usize {
    this.use();
    if (<u32>cpu >= <u32>possibleCpus()) {
      refuse(`use CPU ${cpu} of map "${this.name}": there are ${possibleCpus()}`, ERRNO.EINVAL);
      exitWithError();
    }
    return changetype<usize>(this.room) + <usize>cpu * PerCpuMap.step<V>();
  }

  private keyAt(key: K): usize {
    putValue<K>(changetype<usize>(this.keyBytes), key);
    return changetype<usize>(this.keyBytes);
  }

  /** Looks a key up. Returns true if it exists; then `value()` has its values. */
  lookup(key: K): bool {
    const fd = this.use();
    return found(this, "look up in map", bpf_map_lookup_elem(fd, this.keyAt(key), changetype<usize>(this.room)));
  }

  /** The value of a CPU, 0 to `possibleCpus() - 1`, of the element that `lookup()` found. An instance lies in the map's own buffer. */
  value(cpu: i32): V {
    return valueAt<V>(this.at(cpu));
  }

  /** Changes the value of a CPU for `update()`. */
  setValue(cpu: i32, value: V): void {
    putValue<V>(this.at(cpu), value);
  }

  /** Sets all values of a key to those of `lookup()` and `setValue()`. */
  update(key: K, flags: u64 = BPF_ANY): void {
    if (!this.tryUpdate(key, flags)) exitWithError();
  }

  /** As `update()`. Returns false if it fails. */
  tryUpdate(key: K, flags: u64 = BPF_ANY): bool {
    const fd = this.use();
    const result = bpf_map_update_elem(fd, this.keyAt(key), changetype<usize>(this.room), flags);
    return result >= 0 || !failed(`update map "${this.name}"`, result);
  }

  /** Removes a key. Returns false if it did not exist. */
  delete(key: K): bool {
    const fd = this.use();
    return found(this, "delete from map", bpf_map_delete_elem(fd, this.keyAt(key)));
  }

  /** Goes to the first element, and looks it up. Returns false if there is none. */
  first(): bool {
    return this.walk(0);
  }

  /** Goes to the element after `key`, and looks it up. Returns false at the end. */
  next(): bool {
    return this.walk(changetype<usize>(this.keyBytes));
  }

  /** The key of the last call. */
  get key(): K {
    return valueAt<K>(changetype<usize>(this.keyBytes));
  }

  private walk(from: usize): bool {
    const fd = this.use();
    while (found(this, "walk map", bpf_map_get_next_key(fd, from, changetype<usize>(this.nextBytes)))) {
      from = changetype<usize>(this.keyBytes);
      memory.copy(from, changetype<usize>(this.nextBytes), sizeOf<K>());
      if (found(this, "look up in map", bpf_map_lookup_elem(fd, from, changetype<usize>(this.room)))) return true;
    }
    return false;
  }
}
