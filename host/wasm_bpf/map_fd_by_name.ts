import { LINUX_ERRNO } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";
import type { GuestMap } from "../core/guest_map.ts";
import type { GuestObject } from "../core/guest_object.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";
import { noneOfThisName } from "./unknown_name.ts";

/**
 * `wasm_bpf_map_fd_by_name(i64 object, ptr name) -> i32`: returns the number that names a map in later calls.
 *
 * It is the kernel's descriptor, so that it is also valid inside map values. Other calls accept it because the guest got it here, not
 * because this process has it open.
 */
export function mapFdByName(guest: GuestContext): (object: bigint, name: WasmPtr) => number {
  return (handle, name) => {
    const object = guest.objects.find(handle);
    if (object === undefined) return -LINUX_ERRNO.EINVAL;
    const mapName = guest.memory.readCString(guestPtr(name, guest.addressBits));
    const map = openMap(object, mapName);
    if (map === undefined) {
      guest.guard.report(`Cannot find map "${mapName}": ${noneOfThisName(object.mapNames())}`);
      return -LINUX_ERRNO.ENOENT;
    }
    guest.descriptors.maps.add(map);
    return map.fd;
  };
}

/**
 * Opens a map by name. libbpf begins the names of global-data maps with the object's name ("runqlat.rodata"). A skeleton has that name
 * from the time when it was generated, so the part from the dot on is also tried.
 */
function openMap(object: GuestObject, name: string): GuestMap | undefined {
  const dot = name.indexOf(".");
  return object.openMap(name) ?? (dot > 0 ? object.openMap(name.slice(dot)) : undefined);
}
