import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { LoadedObject } from "../core/loaded_object.ts";
import { guestPtr } from "../core/memory.ts";
import { loadCheckedObject } from "../core/object_requests.ts";

/** Far more than any object has. */
const MAX_OBJECT_BYTES = 1 << 28;

/**
 * `wasm_load_bpf_object(i32 buf, i32 size) -> i64`: opens and loads the ELF object at `buf`.
 *
 * @returns the object's handle; the guest gets 0 on failure.
 */
export function loadBpfObject(guest: GuestContext): (buf: number, size: number) => bigint {
  return (buf, size) => {
    const view = guest.memory.view(guestPtr(buf), size >>> 0);
    if (view.length > MAX_OBJECT_BYTES) {
      throw new BpfError(`Cannot open object "${guest.grants.objectName}"`, LINUX_ERRNO.E2BIG);
    }
    // The object is copied because BPF programs could change shared memory of the guest between check and use.
    const bytes = view.slice();
    const { grants, allowances } = guest;
    const loaded = LoadedObject.load(grants.objectName, {
      allowances,
      sizeBytes: bytes.length,
      load: () => loadCheckedObject(guest, bytes, grants),
    });
    return guest.objects.add(loaded);
  };
}
