import type { GuestContext } from "../core/context.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";

/** The number of commands that one guest can report. */
const MOST_COMMANDS = 4;

/**
 * `missing_program(ptr command) -> i32`: reports a command that the guest's libc could not run, since guests start no programs. A tool
 * often prints only that something was not found.
 *
 * @returns 0.
 */
export function missingProgram(guest: GuestContext): (command: WasmPtr) => void {
  const reported = new Set<string>();
  return (command) => {
    const text = guest.memory.readCString(guestPtr(command, guest.addressBits));
    if (reported.size >= MOST_COMMANDS || reported.has(text)) return;
    reported.add(text);
    guest.guard.report(`Cannot run ${JSON.stringify(text)} for the guest: guests start no programs`);
  };
}
