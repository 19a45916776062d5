import type { GuestContext } from "../context.ts";
import { LoadedObject } from "../loaded_object.ts";
import { guestPtr } from "../memory.ts";

/**
 * `wasm_load_bpf_object(i32 buf, i32 size) -> i64`: opens and loads the ELF object at `buf`.
 *
 * @returns the object's handle; the guest gets 0 on failure.
 */
export function loadBpfObject(guest: GuestContext): (buf: number, size: number) => bigint {
  return (buf, size) => {
    const bytes = guest.memory.view(guestPtr(buf), size >>> 0);
    const object = guest.libbpf.openObject(bytes, { name: guest.objectName, btfPath: guest.btfPath });
    try {
      object.load();
    } catch (error) {
      object[Symbol.dispose]();
      throw error;
    }
    return guest.objects.add(new LoadedObject(object));
  };
}
