// SPDX-License-Identifier: MIT

import { exitWithError, failed } from "./errors";
import { bpf_map_lookup_and_delete_elem, bpf_map_lookup_elem, bpf_map_update_elem } from "./imports";
import { BPF_ANY, checkSizes, found } from "./map";
import { MapHandle } from "./map_handle";
import { putValue, sizeOf, valueAt } from "./values";

/** A map without keys: a queue, a stack, or a bloom filter. */
export class BpfQueue<V> extends MapHandle {
  private valueBytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<V>());
  private isChecked: bool = false;

  private use(): i32 {
    if (!this.isChecked) checkSizes(this, 0, sizeOf<V>());
    this.isChecked = true;
    return this.fd;
  }

  /** Adds an element. Ends the guest if the map is full. */
  push(value: V): void {
    if (!this.tryPush(value)) exitWithError();
  }

  /** Adds an element. Returns false if it fails: E2BIG if the map is full. */
  tryPush(value: V): bool {
    const fd = this.use();
    putValue<V>(changetype<usize>(this.valueBytes), value);
    const result = bpf_map_update_elem(fd, 0, changetype<usize>(this.valueBytes), BPF_ANY);
    return result >= 0 || !failed(`add to map "${this.name}"`, result);
  }

  /** Removes the next element. Returns false if there is none; otherwise `value` has it. */
  pop(): bool {
    const fd = this.use();
    const result = bpf_map_lookup_and_delete_elem(fd, 0, changetype<usize>(this.valueBytes));
    return found(this, "take from map", result);
  }

  /** Reads the next element. Returns false if there is none; otherwise `value` has it. */
  peek(): bool {
    const fd = this.use();
    return found(this, "look up in map", bpf_map_lookup_elem(fd, 0, changetype<usize>(this.valueBytes)));
  }

  /** True if a bloom filter may contain the value. */
  mayHave(value: V): bool {
    const fd = this.use();
    putValue<V>(changetype<usize>(this.valueBytes), value);
    return found(this, "look up in map", bpf_map_lookup_elem(fd, 0, changetype<usize>(this.valueBytes)));
  }

  /** The element of the last call. An instance lies in the map's own buffer. */
  get value(): V {
    return valueAt<V>(changetype<usize>(this.valueBytes));
  }
}
