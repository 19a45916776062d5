/**
 * Sockets.
 *
 * @module
 */

import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Opens a socket. @returns a descriptor or a negative errno. */
export function openSocket(
  calls: SystemCalls,
  { domain, type, protocol = 0 }: { domain: number; type: number; protocol?: number },
): number {
  return calls.result(calls.symbols.socket(NUMBER.socket, domain, type, protocol));
}

/** Binds `fd` to an address, a `struct sockaddr_*`. @returns 0 or a negative errno. */
export function bindSocket(calls: SystemCalls, fd: number, socketAddress: Uint8Array<ArrayBuffer>): number {
  return calls.result(calls.symbols.bind(NUMBER.bind, fd, socketAddress, socketAddress.length));
}

/** Sets an option of `fd`. @returns 0 or a negative errno. */
export function setSocketOption(
  calls: SystemCalls,
  fd: number,
  { level, option, value }: { level: number; option: number; value: Uint8Array<ArrayBuffer> },
): number {
  return calls.result(calls.symbols.setsockopt(NUMBER.setsockopt, fd, level, option, value, value.length));
}
