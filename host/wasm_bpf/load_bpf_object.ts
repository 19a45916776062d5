import { BpfError, LINUX_ERRNO, openOperation } from "../../errors/mod.ts";
import { MAX_OBJECT_BYTES } from "../core/allowances.ts";
import type { GuestContext } from "../core/context.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";

/**
 * `wasm_load_bpf_object(ptr buf, i32 size) -> i64`: opens and loads the ELF object at `buf`.
 *
 * @returns the object's handle. The guest gets 0 on failure.
 */
export function loadBpfObject(guest: GuestContext): (buf: WasmPtr, size: number) => bigint {
  return (buf, size) => {
    const { gate, memory, objects } = guest;
    const view = memory.view(guestPtr(buf, guest.addressBits), size >>> 0);
    if (view.length > MAX_OBJECT_BYTES) throw new BpfError(openOperation(gate.objectName), LINUX_ERRNO.E2BIG);
    // The object is copied because BPF programs could change shared memory of the guest between check and use.
    return BigInt(objects.add(gate.load(view.slice())));
  };
}
