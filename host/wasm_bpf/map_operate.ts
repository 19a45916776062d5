import { LINUX_ERRNO } from "../../errors/mod.ts";
import { MAP_COMMAND } from "../../object/bpf_numbers.ts";
import type { GuestContext } from "../core/context.ts";
import type { GuestMap } from "../core/guest_map.ts";
import { type GuestMemory, type GuestPtr, guestPtr, type WasmPtr } from "../core/memory.ts";
import { translateKey, translateValue, version1Descriptors } from "../core/descriptor_values.ts";

const { LOOKUP, UPDATE, DELETE, GET_NEXT_KEY, LOOKUP_AND_DELETE } = MAP_COMMAND;
const NULL = 0;
const EFAULT = -LINUX_ERRNO.EFAULT;
const EINVAL = -LINUX_ERRNO.EINVAL;
const EBADF = -LINUX_ERRNO.EBADF;
/** Larger memories have bytes that the native call cannot reach, since its offsets have 32 bits. */
const REACHABLE_BYTES = 2 ** 32 - 1;

/** The import. It returns 0 or a negative errno. */
export type MapOperate = (
  fd: number,
  cmd: number,
  key: WasmPtr,
  value: WasmPtr,
  nextKey: WasmPtr,
  flags: bigint,
) => number;

/**
 * `wasm_bpf_map_operate(i32 fd, i32 cmd, ptr key, ptr value, ptr next_key, i64 flags) -> i32`: uses one element of a map.
 *
 * `cmd` is 1 lookup, 2 update, 3 delete, 4 get_next_key (key 0 gets the first), 21 lookup and delete (queues and stacks; hashes
 * since Linux 5.14). One native call works directly on guest memory, except for maps of descriptors and memories above 4 GiB. Most calls of a guest bypass
 * this function: see direct_map_calls.ts.
 */
export function mapOperate(guest: GuestContext): MapOperate {
  return (fd, cmd, key, value, nextKey, flags) => {
    const map = guest.descriptors.maps.get(fd);
    if (map === undefined) return EBADF;
    // The kernel has no flags above 32 bits.
    if (BigInt.asUintN(32, flags) !== flags) return EINVAL;
    const { addressBits } = guest;
    const keyAt = guestPtr(key, addressBits);
    const valueAt = guestPtr(value, addressBits);
    const nextAt = guestPtr(nextKey, addressBits);
    const { bytes } = guest.memory;
    if (bytes.length <= REACHABLE_BYTES && (!map.hasDescriptors || cmd === GET_NEXT_KEY)) {
      return operate(map, bytes, cmd, keyAt, valueAt, nextAt, Number(flags));
    }
    return cmd === GET_NEXT_KEY
      ? nextKeyOnCopy(guest.memory, map, keyAt, nextAt)
      : operateOnCopy(guest, map, cmd, keyAt, valueAt, Number(flags));
  };
}

/** Checks that the bytes that `cmd` uses lie in `bytes`, the guest's memory, and makes the call on them. */
function operate(
  map: GuestMap,
  bytes: Uint8Array<ArrayBuffer>,
  cmd: number,
  key: GuestPtr,
  value: GuestPtr,
  nextKey: GuestPtr,
  flags: number,
): number {
  const size = bytes.length;
  if (key > size - map.keySize) return EFAULT;
  switch (cmd) {
    case LOOKUP:
      return value > size - map.elementBytes ? EFAULT : map.lookup(bytes, key, value, flags);
    case UPDATE:
      return value > size - map.elementBytes ? EFAULT : map.update(bytes, key, value, flags);
    case DELETE:
      return map.delete(bytes, key, flags);
    case LOOKUP_AND_DELETE:
      return value > size - map.elementBytes ? EFAULT : map.lookupAndDelete(bytes, key, value, flags);
    case GET_NEXT_KEY:
      return nextKey > size - map.keySize ? EFAULT : map.nextKey(bytes, key === NULL ? undefined : key, nextKey);
    default:
      return EINVAL;
  }
}

/**
 * Makes the call on a copy of key and value, in which the host's descriptors replace the guest's. The guest's programs can write to
 * memory that they share with the guest, so bytes that were checked there could change before the kernel reads them.
 */
function operateOnCopy(
  guest: GuestContext,
  map: GuestMap,
  cmd: number,
  key: GuestPtr,
  value: GuestPtr,
  flags: number,
): number {
  if (cmd !== LOOKUP && cmd !== UPDATE && cmd !== DELETE && cmd !== LOOKUP_AND_DELETE) return EINVAL;
  const { memory } = guest;
  if (!memory.has(key, map.keySize) || (cmd !== DELETE && !memory.has(value, map.elementBytes))) return EFAULT;
  const element = new Uint8Array(map.keySize + map.elementBytes);
  const view = new DataView(element.buffer);
  element.set(memory.view(key, map.keySize));
  const own = version1Descriptors(guest.descriptors);
  if (!translateKey(own, map, view, 0)) return EBADF;
  if (cmd === DELETE) return map.delete(element, 0, flags);
  if (cmd === UPDATE) {
    element.set(memory.view(value, map.elementBytes), map.keySize);
    return translateValue(own, map, view, map.keySize) ? map.update(element, 0, map.keySize, flags) : EBADF;
  }
  const result = cmd === LOOKUP
    ? map.lookup(element, 0, map.keySize, flags)
    : map.lookupAndDelete(element, 0, map.keySize, flags);
  if (result === 0) memory.view(value, map.elementBytes).set(element.subarray(map.keySize));
  return result;
}

function nextKeyOnCopy(memory: GuestMemory, map: GuestMap, key: GuestPtr, nextKey: GuestPtr): number {
  const { keySize } = map;
  if (!memory.has(key, keySize) || !memory.has(nextKey, keySize)) return EFAULT;
  const keys = new Uint8Array(keySize * 2);
  keys.set(memory.view(key, keySize));
  const result = map.nextKey(keys, key === NULL ? undefined : 0, keySize);
  if (result === 0) memory.view(nextKey, keySize).set(keys.subarray(keySize));
  return result;
}
