// SPDX-License-Identifier: MIT

import { checkedFor, ERRNO, exitWithError, refuse } from "./errors";
import {
  bpf_map__attach_struct_ops,
  bpf_map__fd,
  bpf_map__key_size,
  bpf_map__max_entries,
  bpf_map__name,
  bpf_map__pin,
  bpf_map__set_autocreate,
  bpf_map__set_max_entries,
  bpf_map__type,
  bpf_map__unpin,
  bpf_map__value_size,
  bpf_map_freeze,
} from "./imports";
import { BpfLink } from "./link";
import { cString, NAME_BYTES, nameBuffer, nameText } from "./values";

const PER_CPU_TYPES: StaticArray<i32> = [5, 6, 10, 21];

/** A map of any type. Its definition can be changed before the object is loaded. */
export class MapHandle {
  private descriptor: i32 = -1;

  /** @param handle libbpf's map. */
  constructor(readonly handle: usize) {}

  /** The name. */
  get name(): string {
    bpf_map__name(this.handle, nameBuffer, NAME_BYTES);
    return nameText();
  }

  /** The number that names the map in other calls. It exists after load. */
  get fd(): i32 {
    if (this.descriptor >= 0) return this.descriptor;
    this.descriptor = bpf_map__fd(this.handle);
    if (this.descriptor < 0) {
      refuse(`use map "${this.name}": it is not loaded`, ERRNO.EBADF);
      exitWithError();
    }
    return this.descriptor;
  }

  /** `enum bpf_map_type`. */
  get type(): i32 {
    return bpf_map__type(this.handle);
  }

  get keySize(): usize {
    return bpf_map__key_size(this.handle);
  }

  get valueSize(): usize {
    return bpf_map__value_size(this.handle);
  }

  /** The number of entries; the bytes of a ring buffer. It can be set before load. */
  get maxEntries(): u32 {
    return bpf_map__max_entries(this.handle);
  }

  set maxEntries(count: u32) {
    checkedFor("set the size of map", this.name, bpf_map__set_max_entries(this.handle, count));
  }

  /** Before load: false leaves the map out of the kernel, if no loaded program uses it. */
  setAutocreate(creates: bool): void {
    checkedFor("set map", this.name, bpf_map__set_autocreate(this.handle, creates));
  }

  /** Makes the map read-only for this guest. */
  freeze(): void {
    checkedFor("freeze map", this.name, bpf_map_freeze(this.fd));
  }

  /** Pins the map in a BPF file system of the host, which needs an option. */
  pin(path: string): void {
    checkedFor("pin map", this.name, bpf_map__pin(this.handle, changetype<usize>(cString(path))));
  }

  unpin(path: string): void {
    checkedFor("unpin map", this.name, bpf_map__unpin(this.handle, changetype<usize>(cString(path))));
  }

  /** Registers the struct_ops of the map, which stay until the link is destroyed. */
  attachStructOps(): BpfLink {
    const link = BpfLink.made(`register "${this.name}"`, bpf_map__attach_struct_ops(this.handle));
    if (link == null) exitWithError();
    return link!;
  }

  /** True if an element has a value for each possible CPU. */
  get isPerCpu(): bool {
    return PER_CPU_TYPES.includes(this.type);
  }
}
