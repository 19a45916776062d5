/**
 * The zone of local time. The guest's libc converts times itself. It gets the host's setting and the files of zones, which it could not
 * open.
 *
 * @module
 */

import { BpfError } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { guestPtr, guestSize, type WasmPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";

const FOLDER = "/usr/share/zoneinfo/";
const SYSTEM_ZONE = "/etc/localtime";
/** "Europe/Berlin", "Etc/GMT+1". No name has a dot, so none leads out of the folder. */
const NAME = /^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/;
/** The first bytes of a compiled zone. */
const MAGIC = "TZif";

/**
 * `time_zone(ptr buf, ptr size) -> i32` copies the host's variable TZ with a NUL, and returns its length. libc uses it when the guest has no
 * such variable.
 *
 * @returns ENOENT when the host has none.
 */
export function timeZone(guest: GuestContext) {
  return (buf: WasmPtr, size: WasmPtr): number => {
    const text = new TextEncoder().encode(guest.system.timeZone() ?? refuse("ENOENT"));
    const at = guestPtr(buf, guest.addressBits);
    const room = guestSize(size);
    guest.memory.check(at, room);
    if (room > 0) {
      const copied = text.subarray(0, room - 1);
      guest.memory.view(at, copied.length + 1).set([...copied, 0]);
    }
    return text.length;
  };
}

/**
 * `time_zone_file(ptr path, ptr buf, ptr size) -> ptr` copies a compiled zone (RFC 9636) and returns its full size. The path is
 * /etc/localtime, that in the host's variable TZ, or one below /usr/share/zoneinfo/.
 *
 * @returns ENOENT for every other path, and for a file that is no zone.
 */
export function timeZoneFile(guest: GuestContext) {
  return (path: WasmPtr, buf: WasmPtr, size: WasmPtr): number => {
    const bytes = readZone(guest, guest.memory.readCString(guestPtr(path, guest.addressBits)));
    const at = guestPtr(buf, guest.addressBits);
    const room = guestSize(size);
    guest.memory.check(at, room);
    const copied = bytes.subarray(0, room);
    guest.memory.view(at, copied.length).set(copied);
    return bytes.length;
  };
}

function readZone(guest: GuestContext, path: string): Uint8Array {
  const isZone = path.startsWith(FOLDER) && NAME.test(path.slice(FOLDER.length));
  const hostZone = guest.system.timeZone()?.replace(/^:/, "");
  if (!isZone && path !== SYSTEM_ZONE && (path !== hostZone || !path.startsWith("/"))) refuse("ENOENT");
  const bytes = readIfPresent(guest, path);
  const magic = new TextDecoder().decode(bytes?.subarray(0, MAGIC.length));
  return bytes === undefined || magic !== MAGIC ? refuse("ENOENT") : bytes;
}

function readIfPresent(guest: GuestContext, path: string): Uint8Array | undefined {
  try {
    return guest.system.readFile(path);
  } catch (error) {
    if (error instanceof BpfError) return undefined;
    throw error;
  }
}
