/**
 * Looks up network interfaces.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { CLibrary } from "./c_library.ts";
import { cString } from "./c_string.ts";
import { AF, IFNAMSIZ, IOCTL, SOCK } from "./linux_numbers.ts";
import { openSocket } from "./sockets.ts";
import { LAYOUT } from "./struct_layouts.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The longest name of a network interface in bytes, with its NUL. */
export const MAX_INTERFACE_NAME_BYTES = IFNAMSIZ;

/**
 * The index of a network interface, by its name or by the label of an address on it ("eth0:1").
 *
 * @throws {BpfError} ENODEV when there is none.
 */
export function interfaceIndex(libc: CLibrary, calls: SystemCalls, name: string): number {
  const index = findInterface(libc, calls, name);
  if (index !== undefined) return index;
  throw new BpfError({ operation: "find", kind: "interface", subject: name }, LINUX_ERRNO.ENODEV, {
    hint: "the names are in /sys/class/net",
  });
}

/** As {@link interfaceIndex}. @returns undefined when there is none. */
export function findInterface(libc: CLibrary, calls: SystemCalls, name: string): number | undefined {
  // The kernel ignores text after a colon, so any "lo:x" would mean lo. Only the label of an address is accepted.
  const exists = !name.includes(":") || hasAddressLabel(calls, name);
  const index = exists ? libc.interfaceIndex(name) : 0;
  return index > 0 ? index : undefined;
}

/** True when an IPv4 address of this network namespace has the label `label` ("eth0:1"), as `ip address` shows it. */
function hasAddressLabel(calls: SystemCalls, label: string): boolean {
  const name = cString(label);
  if (name.length > IFNAMSIZ) return false;
  const fd = openSocket(calls, { domain: AF.INET, type: SOCK.DGRAM | SOCK.CLOEXEC });
  if (fd < 0) return false;
  const request = new Uint8Array(LAYOUT.ifreq.size);
  // The name is the first field.
  request.set(name);
  const result = calls.result(calls.symbols.ioctl(NUMBER.ioctl, fd, IOCTL.SIOCGIFADDR, request));
  calls.close(fd);
  return result === 0;
}
