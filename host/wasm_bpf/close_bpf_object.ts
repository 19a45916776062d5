import { LINUX_ERRNO } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";

/** `wasm_close_bpf_object(i64 object) -> i32`: detaches every link, closes every buffer, closes the object. */
export function closeBpfObject(guest: GuestContext): (object: bigint) => number {
  return (handle) => guest.closeObject(handle) ? 0 : -LINUX_ERRNO.EINVAL;
}
