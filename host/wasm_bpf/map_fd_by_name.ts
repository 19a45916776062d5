import { LINUX_ERRNO } from "../../errors/mod.ts";
import type { BpfMap, BpfObject } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { hasDescriptors } from "./descriptor_values.ts";
import { noneOfThisName } from "./names.ts";
import { objectHandle } from "../core/handles.ts";
import { guestPtr } from "../core/memory.ts";

/**
 * `wasm_bpf_map_fd_by_name(i64 object, i32 name) -> i32`: the number that names a map in later calls.
 *
 * The number is the kernel's descriptor, so that it also means something inside map values; calls accept it because the guest
 * got it here, not because the process has it open.
 */
export function mapFdByName(guest: GuestContext): (object: bigint, name: number) => number {
  return (object, name) => {
    const loaded = guest.objects.find(objectHandle(object));
    if (loaded === undefined) return -LINUX_ERRNO.EINVAL;
    const mapName = guest.memory.readCString(guestPtr(name));
    const map = findMap(loaded.object, mapName);
    if (map === undefined) {
      guest.diagnostics.report(`Cannot find map "${mapName}": ${noneOfThisName(loaded.object.maps())}`);
      return -LINUX_ERRNO.ENOENT;
    }
    const { fd } = map;
    loaded.addMap(map);
    guest.descriptors.maps.set(fd, { map, owner: loaded, hasDescriptors: hasDescriptors(map) });
    return fd;
  };
}

/**
 * A map by name. libbpf begins the names of global-data maps with the object's name ("runqlat.rodata"), which a skeleton
 * spells as it was when it was generated: what follows the dot finds the map whatever the object is called now.
 */
function findMap(object: BpfObject, name: string): BpfMap | undefined {
  const dot = name.indexOf(".");
  return object.findMap(name) ?? (dot > 0 ? object.findMap(name.slice(dot)) : undefined);
}
