/**
 * Errors of WASI that are thrown in the host and returned to the guest.
 *
 * @module
 */

import { WASI_ERRNO, wasiErrno } from "../../errors/mod.ts";

/** A WASI errno for the guest. It is not an Error: it has no stack, so that throwing it is cheap. */
export class Refusal {
  readonly errno: number;

  /** @param errno a value of {@link WASI_ERRNO}. */
  constructor(errno: number) {
    this.errno = errno;
  }
}

/** Refuses with the WASI errno of that name. */
export function refuse(name: keyof typeof WASI_ERRNO): never {
  throw new Refusal(WASI_ERRNO[name]);
}

/** Returns the result of a system call. Refuses if it is a negative errno. */
export function checked(result: number): number {
  if (result < 0) throw new Refusal(wasiErrno(result));
  return result;
}

/** New bytes, whose number the guest chose. Refuses with ENOMEM if there is no room for them. */
export function newBytes(sizeBytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(sizeBytes);
  } catch {
    refuse("ENOMEM");
  }
}
