import { LINUX_ERRNO } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";

/** `wasm_close_bpf_object(i64 object) -> i32`: detaches every link, closes every buffer, closes the object. */
export function closeBpfObject(guest: GuestContext): (object: bigint) => number {
  return (handle) => {
    const { objects, shared, descriptors } = guest;
    const object = objects.remove(handle);
    if (object === undefined) return -LINUX_ERRNO.EINVAL;
    const maps = object.openMaps;
    shared.remove(maps);
    for (const map of maps) descriptors.maps.delete(map.fd);
    object[Symbol.dispose]();
    return 0;
  };
}
