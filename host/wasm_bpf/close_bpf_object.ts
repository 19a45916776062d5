import { LINUX_ERRNO } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { objectHandle } from "../core/handles.ts";

/** `wasm_close_bpf_object(i64 object) -> i32`: detaches every link, frees every buffer, closes the object. */
export function closeBpfObject(guest: GuestContext): (object: bigint) => number {
  return (object) => {
    const loaded = guest.objects.remove(objectHandle(object));
    if (loaded === undefined) return -LINUX_ERRNO.EINVAL;
    guest.shared.remove(loaded.maps);
    for (const map of loaded.maps) guest.descriptors.maps.delete(map.fd);
    loaded[Symbol.dispose]();
    return 0;
  };
}
