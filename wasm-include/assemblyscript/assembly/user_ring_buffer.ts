// SPDX-License-Identifier: MIT

import { checkedFor, exitWithError, failed } from "./errors";
import {
  user_ring_buffer__free,
  user_ring_buffer__new,
  user_ring_buffer__reserve_blocking,
  user_ring_buffer__submit,
} from "./imports";
import { MapHandle } from "./map_handle";
import { putValue, sizeOf } from "./values";

/** A ring into which the guest writes and that programs read with `bpf_user_ringbuf_drain()` (Linux 6.1). `T` is as in `BpfMap`. */
export class UserRingBuffer<T> {
  private handle: usize;
  private bytes: StaticArray<u8> = new StaticArray<u8>(<i32>sizeOf<T>());

  constructor(readonly map: MapHandle) {
    const handle = user_ring_buffer__new(map.fd, 0);
    checkedFor("open user ring buffer", map.name, <i32>handle);
    this.handle = handle;
  }

  /** Writes a record. Waits for room up to the time, and ends the guest without it. */
  submit(value: T, timeoutMs: i32 = -1): void {
    if (!this.trySubmit(value, timeoutMs)) exitWithError();
  }

  /** As `submit()`. Returns false if it fails: ENOSPC without room. */
  trySubmit(value: T, timeoutMs: i32 = 0): bool {
    const sample = user_ring_buffer__reserve_blocking(this.handle, <i32>sizeOf<T>(), timeoutMs);
    if (sample < 0) return !failed(`write to user ring buffer "${this.map.name}"`, <i32>sample);
    putValue<T>(changetype<usize>(this.bytes), value);
    user_ring_buffer__submit(this.handle, sample, changetype<usize>(this.bytes), sizeOf<T>());
    return true;
  }

  close(): void {
    if (this.handle != 0) user_ring_buffer__free(this.handle);
    this.handle = 0;
  }
}
