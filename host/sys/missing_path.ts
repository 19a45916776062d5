import { Files } from "../../ffi/system/files.ts";
import type { GuestContext } from "../core/context.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";
import { refusedPathMessage } from "../core/refused_path.ts";

/** The number of paths that one guest can report. A tool that reads a file of each process asks for very many. */
const MOST_PATHS = 4;

/**
 * `missing_path(ptr path) -> i32`: tells the host that the guest's libc found a path in none of the guest's directories. `path` is
 * relative to the root.
 *
 * If the host has the path, a native program would have found it, so a message names the option that gives it to the guest. The guest
 * does not learn if the host has it.
 *
 * @returns 0.
 */
export function missingPath(guest: GuestContext): (path: WasmPtr) => void {
  const reported = new Set<string>();
  return (path) => {
    const absolute = `/${guest.memory.readCString(guestPtr(path, guest.addressBits))}`;
    if (reported.size >= MOST_PATHS || reported.has(absolute)) return;
    const files = new Files(guest.system.calls);
    if (!files.exists(absolute)) return;
    reported.add(absolute);
    guest.guard.report(refusedPathMessage(absolute, files.exists(`${absolute}/`) ? absolute : undefined));
  };
}
