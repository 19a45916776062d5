// SPDX-License-Identifier: MIT

import { checked, ERRNO, failed, refuse } from "./errors";
import { bpf_iter_create, bpf_link__destroy, bpf_link__detach, bpf_link__fd, bpf_link__pin } from "./imports";
import { closeDescriptor, readDescriptor } from "./wasi";
import { cString } from "./values";

/** An attachment. It stays until `destroy()`, the end of its object, or the end of the guest. */
export class BpfLink {
  constructor(private handle: usize) {}

  /** @param handle the result of an attaching import; 0 is an error without a number. */
  static made(operation: string, handle: isize): BpfLink | null {
    if (failed(operation, <i32>handle)) return null;
    if (handle != 0) return new BpfLink(handle);
    refuse(operation, ERRNO.EOPNOTSUPP);
    return null;
  }

  /** The number of the link's descriptor. */
  get fd(): i32 {
    return bpf_link__fd(this.handle);
  }

  /** Detaches the program. The link still exists. */
  detach(): void {
    checked("detach a program", bpf_link__detach(this.handle));
  }

  /** Detaches the program and frees the link. */
  destroy(): void {
    if (this.handle == 0) return;
    const handle = this.handle;
    this.handle = 0;
    checked("detach a program", bpf_link__destroy(handle));
  }

  /** Keeps the attachment beyond the guest, in a BPF file system of the host, which needs an option. */
  pin(path: string): void {
    checked("pin a link", bpf_link__pin(this.handle, changetype<usize>(cString(path))));
  }

  /** Starts a run of an iterator program. */
  iterate(): BpfIter {
    return new BpfIter(checked("start an iterator", bpf_iter_create(this.fd)));
  }
}

/** A run of an iterator program. */
export class BpfIter {
  private buffer: StaticArray<u8> = new StaticArray<u8>(65536);

  constructor(readonly fd: i32) {}

  /** Reads what the program has written next. Returns the number of bytes, 0 at the end. */
  read(buffer: usize, sizeBytes: usize): i32 {
    return checked("read an iterator", readDescriptor(this.fd, buffer, sizeBytes));
  }

  /** Reads everything as text, and closes the run. */
  readText(): string {
    const at = changetype<usize>(this.buffer);
    let bytes = new StaticArray<u8>(0);
    for (;;) {
      const count = this.read(at, this.buffer.length);
      if (count == 0) break;
      // A character can lie in two reads, so the bytes are put together first.
      const longer = new StaticArray<u8>(bytes.length + count);
      memory.copy(changetype<usize>(longer), changetype<usize>(bytes), bytes.length);
      memory.copy(changetype<usize>(longer) + bytes.length, at, count);
      bytes = longer;
    }
    this.close();
    return String.UTF8.decodeUnsafe(changetype<usize>(bytes), bytes.length);
  }

  close(): void {
    closeDescriptor(this.fd);
  }
}
