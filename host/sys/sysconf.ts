import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { SC } from "../../ffi/system/linux_numbers.ts";
import type { GuestContext } from "../core/context.ts";
import { countCpus } from "./cpu_list.ts";

const ONLINE = "/sys/devices/system/cpu/online";

/**
 * `sysconf(i32 name) -> i32`: 83 (`_SC_NPROCESSORS_CONF`) returns the number of possible processors, which is also the number of
 * values in an element of a per-CPU map; 84 (`_SC_NPROCESSORS_ONLN`) returns the number of processors that are online now.
 *
 * The numbers of the names are the same in the guest's musl and in glibc.
 *
 * @returns EINVAL for any other name, which the guest's libc must handle; ENOENT when /sys is not mounted.
 */
export function sysconf(guest: GuestContext): (name: number) => number {
  return (name) => {
    if (name === SC.NPROCESSORS_CONF) return guest.gate.possibleCpus();
    if (name === SC.NPROCESSORS_ONLN) return onlineCpus(guest);
    throw new BpfError({ operation: "answer", kind: "system", words: `sysconf(${name})` }, LINUX_ERRNO.EINVAL);
  };
}

function onlineCpus(guest: GuestContext): number {
  const count = countCpus(new TextDecoder().decode(guest.system.readFile(ONLINE)));
  if (count !== undefined) return count;
  throw new BpfError({ operation: "count", kind: "system", words: "CPUs" }, LINUX_ERRNO.EIO, {
    reason: `${ONLINE} is not a list`,
  });
}
