// SPDX-License-Identifier: MIT

import { checked, ERRNO, linuxErrno } from "./errors";

/** Memory into which the host copies records. It grows when a record needs more. */
export class Room {
  private bytes: StaticArray<u8> = new StaticArray<u8>(65536);

  get address(): usize {
    return changetype<usize>(this.bytes);
  }

  get sizeBytes(): usize {
    return this.bytes.length;
  }

  /** True if the call must be repeated, since there is more room now. */
  grewFor(result: i32, needed: isize): bool {
    if (result >= 0 || linuxErrno(result) != ERRNO.EMSGSIZE || needed <= <isize>this.bytes.length) return false;
    this.bytes = new StaticArray<u8>(<i32>needed);
    return true;
  }
}

/** The number of records of a call; 0 after a signal. Ends the guest for errors. */
export function countOf(operation: string, result: i32): i32 {
  if (result < 0 && linuxErrno(result) == ERRNO.EINTR) return 0;
  return checked(operation, result);
}
