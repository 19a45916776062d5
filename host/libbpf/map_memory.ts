import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { arrayBytes } from "../../ffi/libbpf/mapped_array.ts";
import { MapType } from "../../ffi/mod.ts";
import { MAP_FLAG } from "../../object/bpf_numbers.ts";
import type { GuestContext } from "../core/context.ts";
import type { GuestMap } from "../core/guest_map.ts";
import { operationOf } from "../core/requests.ts";
import type { Call } from "./call.ts";

/**
 * `bpf_map_mmap(i32 fd, ptr addr, ptr size) -> ptr`: shares the elements of an mmapable array with the guest, as `mmap` on the
 * map's descriptor does for a native program.
 *
 * `addr` is the first of `size` bytes that the guest has reserved, on a page boundary (64 KiB suits every kernel). Their content is lost.
 * Until the object is closed or `bpf_map_munmap` is called, loads and stores there use the kernel's memory. Element `i` is at
 * `addr + i * round_up(value_size, 8)`.
 *
 * @returns the number of shared bytes: `round_up(value_size, 8) * max_entries`. EBADF for a number that the guest does not own, EINVAL if
 * the map is not mmapable or `addr` is not on a page boundary, EFAULT if the range is not in memory, E2BIG if `size` is too small, EEXIST
 * if the range is already shared, EPERM for a frozen map.
 */
export function shareMap(call: Call): number {
  const { guest } = call;
  const [at, sizeBytes] = [call.pointer("address"), call.size("size")];
  const map = mmapable(guest, call.int("fd"));
  const room = guest.shared.roomFor(map);
  if (at % guest.system.calls.pageSizeBytes !== 0) throw new BpfError(shareOperation(map), LINUX_ERRNO.EINVAL);
  guest.memory.check(at, sizeBytes);
  if (room > sizeBytes) throw new BpfError(shareOperation(map), LINUX_ERRNO.E2BIG);
  if (guest.shared.overlaps(at, room)) throw new BpfError(shareOperation(map), LINUX_ERRNO.EEXIST);
  guest.shared.add(map, at, guest.instance);
  return arrayBytes(map);
}

/** `bpf_map_munmap(i32 fd) -> i32`: ends the sharing. The guest's own memory there keeps the last bytes. */
export function unshareMap(call: Call): number {
  const { guest } = call;
  guest.shared.remove([ownMap(guest, call.int("fd"))]);
  return 0;
}

function mmapable(guest: GuestContext, fd: number): GuestMap {
  const map = ownMap(guest, fd);
  if (map.type === MapType.ARRAY && (map.flags & MAP_FLAG.BPF_F_MMAPABLE) !== 0) return map;
  throw new BpfError(shareOperation(map), LINUX_ERRNO.EINVAL, { reason: "it is not an array with BPF_F_MMAPABLE" });
}

function ownMap(guest: GuestContext, fd: number): GuestMap {
  const map = guest.descriptors.findMap(fd);
  if (map !== undefined) return map;
  throw new BpfError({ operation: "use", kind: "map", words: `map ${fd}` }, LINUX_ERRNO.EBADF);
}

function shareOperation(map: GuestMap): Operation {
  return operationOf({ kind: "share", map });
}
