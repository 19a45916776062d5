import { SC } from "../../ffi/system/linux_numbers.ts";
import { readMemoryPages } from "../../ffi/system/machine_facts.ts";
import type { GuestContext } from "../core/context.ts";
import { refuse } from "../core/refusal.ts";
import { countCpus } from "./cpu_list.ts";

const ONLINE = "/sys/devices/system/cpu/online";
/** The kernel's unit of times in /proc. It is the same on all architectures of this project. */
const TICKS_PER_SECOND = 100;

/**
 * `sysconf(i32 name) -> i32`: 83 (`_SC_NPROCESSORS_CONF`) returns the number of possible processors, which is also the number of
 * values in an element of a per-CPU map; 84 (`_SC_NPROCESSORS_ONLN`) returns the number of processors that are online now. Further names:
 * 2 (`_SC_CLK_TCK`), 30 (`_SC_PAGESIZE`), 85 (`_SC_PHYS_PAGES`), 86 (`_SC_AVPHYS_PAGES`).
 *
 * The numbers of the names are the same in the guest's musl and in glibc.
 *
 * @returns EINVAL for any other name, which the guest's libc must handle; ENOENT when /sys is not mounted.
 */
export function sysconf(guest: GuestContext): (name: number) => number {
  return (name) => {
    const { calls } = guest.system;
    switch (name) {
      case SC.NPROCESSORS_CONF:
        return guest.gate.possibleCpus();
      case SC.NPROCESSORS_ONLN:
        return countCpus(new TextDecoder().decode(guest.system.readFile(ONLINE))) ?? refuse("EIO");
      case SC.CLK_TCK:
        return TICKS_PER_SECOND;
      case SC.PAGESIZE:
        return calls.pageSizeBytes;
      case SC.PHYS_PAGES:
        return readMemoryPages(calls).total;
      case SC.AVPHYS_PAGES:
        return readMemoryPages(calls).free;
      default:
        return refuse("EINVAL");
    }
  };
}
