import { LINUX_ERRNO } from "../../errors.ts";
import type { GuestContext, GuestMap } from "../context.ts";
import { type GuestPtr, guestPtr } from "../memory.ts";
import { translateKey, translateValue } from "./descriptor_values.ts";

const LOOKUP = 1;
const UPDATE = 2;
const DELETE = 3;
const GET_NEXT_KEY = 4;

const NULL = 0;
const EFAULT = -LINUX_ERRNO.EFAULT;
const EINVAL = -LINUX_ERRNO.EINVAL;
const EBADF = -LINUX_ERRNO.EBADF;

/** `i32` in most guests; those that declare pointers as `i64` pass a BigInt. */
type Pointer = number | bigint;

/**
 * `wasm_bpf_map_operate(i32 fd, i32 cmd, i32 key, i32 value, i32 next_key, i64 flags) -> i32`: one element of a map.
 *
 * `cmd` is 1 lookup, 2 update, 3 delete, 4 get_next_key (key 0 asks for the first). One native call, straight on guest memory
 * but for descriptors.
 */
export function mapOperate(guest: GuestContext): MapOperate {
  const guarded = guest.guarded(operateFor(guest));
  // Nearly all calls, made short: plain bytes, no flags, nothing in the way. The kernel takes 900 ns for one and leaves the
  // processor's caches cold, so that each nanosecond on the way here costs two; the guarded way costs 100 more than this.
  return (fd, cmd, key, value, nextKey, flags) => {
    const found = guest.maps.get(fd);
    if (found === undefined || found.hasDescriptors || flags !== 0n || guest.hindered) {
      return guarded(fd, cmd, key, value, nextKey, flags);
    }
    const { map } = found;
    const { bytes } = guest.memory;
    const keyPtr = guestPtr(key);
    if (keyPtr > bytes.length - map.keySize) return EFAULT;
    const valuePtr = guestPtr(cmd === GET_NEXT_KEY ? nextKey : value);
    switch (cmd) {
      case LOOKUP:
        return valuePtr > bytes.length - map.elementBytes ? EFAULT : map.lookup(bytes, keyPtr, valuePtr, 0);
      case UPDATE:
        return valuePtr > bytes.length - map.elementBytes ? EFAULT : map.update(bytes, keyPtr, valuePtr, 0);
      case DELETE:
        return map.delete(bytes, keyPtr, 0);
      case GET_NEXT_KEY:
        if (valuePtr > bytes.length - map.keySize) return EFAULT;
        return map.nextKey(bytes, keyPtr === NULL ? undefined : keyPtr, valuePtr);
      default:
        return EINVAL;
    }
  };
}

type MapOperate = (fd: number, cmd: number, key: Pointer, value: Pointer, nextKey: Pointer, flags: bigint) => number;

/** The call itself. It throws nothing once the guest's memory is there. */
function operateFor(guest: GuestContext): MapOperate {
  return (fd, cmd, key, value, nextKey, flags) => {
    const found = guest.maps.get(fd);
    if (found === undefined) return EBADF;
    // The kernel has no flag past 32 bits. Nearly always there is none at all, and comparing BigInts costs 20 ns.
    if (flags !== 0n && BigInt.asUintN(32, flags) !== flags) return EINVAL;
    const flagBits = flags === 0n ? 0 : Number(flags);
    const run = found.hasDescriptors ? operateOnCopy : operate;
    return run(guest, found, cmd, guestPtr(key), guestPtr(value), guestPtr(nextKey), flagBits);
  };
}

function operate(
  guest: GuestContext,
  found: GuestMap,
  cmd: number,
  key: GuestPtr,
  value: GuestPtr,
  nextKey: GuestPtr,
  flags: number,
): number {
  switch (cmd) {
    case LOOKUP:
      return lookup(guest, found, key, value, flags);
    case UPDATE:
      return update(guest, found, key, value, flags);
    case DELETE:
      return remove(guest, found, key, flags);
    case GET_NEXT_KEY:
      return nextKeyOf(guest, found, key, nextKey);
    default:
      return EINVAL;
  }
}

/**
 * For keys and values that name the guest's descriptors: on a copy, where they become the host's. The guest's own programs can
 * write to memory that they share with it, so what was checked there might not be what the kernel reads.
 */
function operateOnCopy(
  guest: GuestContext,
  found: GuestMap,
  cmd: number,
  key: GuestPtr,
  value: GuestPtr,
  nextKey: GuestPtr,
  flags: number,
): number {
  const { map } = found;
  if (cmd !== LOOKUP && cmd !== UPDATE && cmd !== DELETE) return operate(guest, found, cmd, key, value, nextKey, flags);
  const { memory } = guest;
  if (!memory.has(key, map.keySize) || (cmd !== DELETE && !memory.has(value, map.elementBytes))) return EFAULT;
  const element = new Uint8Array(map.keySize + map.elementBytes);
  const view = new DataView(element.buffer);
  element.set(memory.view(key, map.keySize));
  if (!translateKey(guest, map, view, 0)) return EBADF;
  if (cmd === DELETE) return map.delete(element, 0, flags);
  if (cmd === UPDATE) {
    element.set(memory.view(value, map.elementBytes), map.keySize);
    return translateValue(guest, map, view, map.keySize) ? map.update(element, 0, map.keySize, flags) : EBADF;
  }
  const result = map.lookup(element, 0, map.keySize, flags);
  if (result === 0) memory.view(value, map.elementBytes).set(element.subarray(map.keySize));
  return result;
}

function lookup(guest: GuestContext, { map }: GuestMap, key: GuestPtr, value: GuestPtr, flags: number): number {
  const { memory } = guest;
  if (!memory.has(key, map.keySize) || !memory.has(value, map.elementBytes)) return EFAULT;
  return map.lookup(memory.bytes, key, value, flags);
}

function update(guest: GuestContext, { map }: GuestMap, key: GuestPtr, value: GuestPtr, flags: number): number {
  const { memory } = guest;
  if (!memory.has(key, map.keySize) || !memory.has(value, map.elementBytes)) return EFAULT;
  return map.update(memory.bytes, key, value, flags);
}

function remove(guest: GuestContext, { map }: GuestMap, key: GuestPtr, flags: number): number {
  const { memory } = guest;
  if (!memory.has(key, map.keySize)) return EFAULT;
  return map.delete(memory.bytes, key, flags);
}

function nextKeyOf(guest: GuestContext, { map }: GuestMap, key: GuestPtr, nextKey: GuestPtr): number {
  const { memory } = guest;
  if (!memory.has(key, map.keySize) || !memory.has(nextKey, map.keySize)) return EFAULT;
  return map.nextKey(memory.bytes, key === NULL ? undefined : key, nextKey);
}
