import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { arrayBytes } from "../../ffi/libbpf/mapped_array.ts";
import { type BpfMap, MapType } from "../../ffi/mod.ts";
import { MAP_FLAG } from "../../object/bpf_numbers.ts";
import type { GuestContext } from "../core/context.ts";
import { guestPtr } from "../core/memory.ts";

/**
 * `bpf_map_mmap(i32 fd, i32 addr, i32 size) -> i32`: shares the elements of an mmapable array with the guest, as `mmap` on the
 * map's descriptor does for a native program.
 *
 * `addr` is where the guest wants them: the first of `size` bytes that it has set aside, on a page boundary (64 KiB suits every
 * kernel). What was there is gone; from here on loads and stores there are the kernel's own memory, until the object is closed
 * or `bpf_map_munmap`. Element `i` is at `addr + i * round_up(value_size, 8)`.
 *
 * @returns how many bytes are shared: `round_up(value_size, 8) * max_entries`. EBADF for a number that the guest does not own,
 * EINVAL when the map is not mmapable or `addr` is on no page boundary, EFAULT when the range is not in memory, E2BIG when
 * `size` is too small, EEXIST when the range is shared already, EPERM for a frozen map.
 */
export function mapMmap(guest: GuestContext): (fd: number, addr: number, size: number) => number {
  return (fd, addr, size) => {
    const at = guestPtr(addr);
    const map = mmapable(guest, fd);
    const room = guest.shared.roomFor(map);
    const operation = `Cannot share map "${map.name}"`;
    if (at % guest.system.calls.pageSizeBytes !== 0) throw new BpfError(operation, LINUX_ERRNO.EINVAL);
    guest.memory.check(at, size >>> 0);
    if (room > size >>> 0) throw new BpfError(operation, LINUX_ERRNO.E2BIG);
    if (guest.shared.overlaps(at, room)) throw new BpfError(operation, LINUX_ERRNO.EEXIST);
    guest.shared.add(map, at, guest.instance);
    return arrayBytes(map);
  };
}

/**
 * `bpf_map_munmap(i32 fd) -> i32`: ends the sharing. The bytes stay as they were last, in memory that is the guest's alone.
 */
export function mapMunmap(guest: GuestContext): (fd: number) => number {
  return (fd) => {
    guest.shared.remove([ownMap(guest, fd)]);
    return 0;
  };
}

function mmapable(guest: GuestContext, fd: number): BpfMap {
  const map = ownMap(guest, fd);
  if (map.type === MapType.ARRAY && (map.flags & MAP_FLAG.BPF_F_MMAPABLE) !== 0) return map;
  throw new BpfError(`Cannot share map "${map.name}"`, LINUX_ERRNO.EINVAL, {
    log: ["it is no array with BPF_F_MMAPABLE"],
  });
}

function ownMap(guest: GuestContext, fd: number): BpfMap {
  const found = guest.descriptors.maps.get(fd);
  if (found === undefined) throw new BpfError(`Cannot use map ${fd}`, LINUX_ERRNO.EBADF);
  return found.map;
}
