// SPDX-License-Identifier: MIT

import { checkedFor, ERRNO, exitWithError, failed, refuse } from "./errors";
import { bpf_map__initial_value, bpf_map__set_initial_value, bpf_map_lookup_elem, bpf_map_mmap } from "./imports";
import { MapHandle } from "./map_handle";
import { zeroed } from "./values";

/** The largest page of any kernel. Memory with this alignment can be shared with every kernel. */
const PAGE: usize = 65536;
const firstKey = memory.data(8);

/** The kinds of sections of global variables. */
export enum SectionKind {
  /** The guest sets it before load, and programs read it. */
  CONSTANT,
  /** After load, guest and programs share its memory. */
  SHARED,
  /** libbpf sets it at load. */
  CONFIGURATION,
}

/** A section of global variables. Generated classes are views of the bytes at `address`, before load and after it. */
export class Section {
  readonly address: usize;

  /** Reads the initial values. */
  constructor(readonly map: MapHandle, readonly kind: SectionKind, readonly sizeBytes: usize) {
    const room = kind == SectionKind.SHARED ? (sizeBytes + PAGE - 1) & ~(PAGE - 1) : sizeBytes;
    // The heap aligns to 16 bytes.
    const start = zeroed(kind == SectionKind.SHARED ? room + PAGE : room);
    this.address = kind == SectionKind.SHARED ? (start + PAGE - 1) & ~(PAGE - 1) : start;
    if (kind != SectionKind.CONFIGURATION) this.read();
  }

  private read(): void {
    const name = this.map.name;
    const found = <i32>bpf_map__initial_value(this.map.handle, this.address, this.sizeBytes);
    if (checkedFor("read variables of", name, found) == <i32>this.sizeBytes) return;
    refuse(`read variables of "${name}": they have ${found} bytes, not ${this.sizeBytes}`, ERRNO.EINVAL);
    exitWithError();
  }

  /** Sets the values with which the object is loaded. */
  write(): bool {
    if (this.kind == SectionKind.CONFIGURATION) return true;
    return !failed("set variables", bpf_map__set_initial_value(this.map.handle, this.address, this.sizeBytes));
  }

  /** After load: maps the kernel's memory over the variables, or reads the values that libbpf has set. */
  share(): bool {
    const fd = this.map.fd;
    if (this.kind == SectionKind.SHARED) {
      const size = (this.sizeBytes + PAGE - 1) & ~(PAGE - 1);
      return !failed("share variables", <i32>bpf_map_mmap(fd, this.address, size));
    }
    if (this.kind == SectionKind.CONSTANT) return true;
    return !failed("read variables", bpf_map_lookup_elem(fd, firstKey, this.address));
  }
}
