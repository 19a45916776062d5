/**
 * The `fd_*` functions on open files: reading, writing, positions, attributes. `readdir.ts` has the entries of directories.
 *
 * @module
 */

import { LINUX_ERRNO, WASI_ERRNO, wasiErrno } from "../../errors/mod.ts";
import type { Ranges } from "../../ffi/system/files.ts";
import { O, POLL } from "../../ffi/system/linux_numbers.ts";
import { POSITIVE_WASI } from "../core/guard.ts";
import { type GuestPtr, guestSize, type WasmPtr } from "../core/memory.ts";
import { checked, Refusal, refuse } from "../core/refusal.ts";
import { guardAll, type WasiContext, type WasiFunctions } from "./context.ts";
import { fdflagsOf, type FileDescriptor } from "./descriptors.ts";
import { FILESTAT, type FilestatLayout, newTimes, writeFilestat } from "./filestat.ts";
import type { RangeReader } from "./iovecs.ts";
import { FDFLAGS, FILETYPE, RIGHTS, WHENCE } from "./types.ts";
import { waitToRead } from "./waits.ts";

const MAX_OFFSET = (1n << 63n) - 1n;
/** The number of values of `POSIX_FADV_*`, which are also WASI's. */
const ADVICES = 6;
const FDSTAT_SIZE = 24;
const STDERR = 2;

/** `fd_read`, `fd_write`, `fd_pread`, `fd_pwrite`, `fd_seek`, `fd_tell`. */
export function transferFunctions(
  context: WasiContext,
  ranges: RangeReader,
  whences: readonly number[] = [WHENCE.SET, WHENCE.CUR, WHENCE.END],
): WasiFunctions {
  const { descriptors, files, cancellation } = context;

  function seek(fd: number, offset: bigint, whence: number, result: GuestPtr): void {
    context.memory.check(result, 8);
    const position = files.seek(descriptors.get(fd).hostFd, offset, whence);
    if (position < 0n) throw new Refusal(wasiErrno(Number(position)));
    context.memory.data.setBigUint64(result, position, true);
  }

  return {
    ...guardAll(context, {
      fd_read: (fd: number, list: WasmPtr, count: WasmPtr, result: WasmPtr) => {
        const descriptor = descriptors.get(fd, RIGHTS.FD_READ);
        const resultAt = context.sizeResult(result);
        let into = ranges.read(context.memory, context.ptr(list), guestSize(count));
        refuseToWait(context, descriptor, POLL.IN);
        if (waitToRead(context, descriptor)) into = ranges.read(context.memory, context.ptr(list), guestSize(count));
        let read = files.read(descriptor.hostFd, into);
        while (waited(context, descriptor, POLL.IN, read)) read = files.read(descriptor.hostFd, into);
        context.memory.writePointer(resultAt, checked(read));
      },

      fd_pread: (fd: number, list: WasmPtr, count: WasmPtr, offset: bigint, result: WasmPtr) => {
        const { hostFd } = positioned(descriptors.get(fd, RIGHTS.FD_READ), RIGHTS.FD_SEEK);
        const resultAt = context.sizeResult(result);
        const into = ranges.read(context.memory, context.ptr(list), guestSize(count));
        const read = checked(files.readAt(hostFd, into, checkedOffset(offset)));
        context.memory.writePointer(resultAt, read);
      },

      fd_pwrite: (fd: number, list: WasmPtr, count: WasmPtr, offset: bigint, result: WasmPtr) => {
        const { hostFd } = positioned(descriptors.get(fd, RIGHTS.FD_WRITE), RIGHTS.FD_SEEK);
        const resultAt = context.sizeResult(result);
        const from = ranges.read(context.memory, context.ptr(list), guestSize(count));
        const written = checked(files.writeAt(hostFd, from, checkedOffset(offset)));
        context.memory.writePointer(resultAt, written);
      },

      fd_seek: (fd: number, offset: bigint, whence: number, result: WasmPtr) => {
        const hostWhence = whences.indexOf(whence);
        if (hostWhence < 0) refuse("EINVAL");
        const isTell = offset === 0n && hostWhence === WHENCE.CUR;
        positioned(descriptors.get(fd), isTell ? RIGHTS.FD_TELL : RIGHTS.FD_SEEK);
        seek(fd, offset, hostWhence, context.ptr(result));
      },

      fd_tell: (fd: number, result: WasmPtr) => {
        positioned(descriptors.get(fd), RIGHTS.FD_TELL);
        seek(fd, 0n, WHENCE.CUR, context.ptr(result));
      },
    }),

    // Called for each line of a guest's output. To be fast, it does without the guard's closure and rest parameters.
    fd_write(fd: number, list: WasmPtr, count: WasmPtr, result: WasmPtr): number {
      if (cancellation.reason !== undefined) throw cancellation.reason;
      try {
        const { memory } = context;
        const descriptor = descriptors.get(fd, RIGHTS.FD_WRITE);
        const resultAt = context.sizeResult(result);
        const from: Ranges = ranges.read(memory, context.ptr(list), guestSize(count));
        if (descriptor.emulatedFlags !== 0) refuseToWait(context, descriptor, POLL.OUT);
        let written = files.write(descriptor.hostFd, from);
        while (waited(context, descriptor, POLL.OUT, written)) written = files.write(descriptor.hostFd, from);
        if (written < 0) return wasiErrno(written);
        memory.writePointer(resultAt, written);
        if (fd === STDERR) context.refusedPaths?.search(from);
        context.guard.handleSignals();
        return WASI_ERRNO.SUCCESS;
      } catch (error) {
        return context.guard.resultOf(error, POSITIVE_WASI);
      }
    },
  };
}

/**
 * Writes all bytes to a descriptor of the guest, for imports of other modules that print.
 *
 * @returns 0, or the guest's errno.
 */
export function writeBytes(context: WasiContext, fd: number, bytes: Uint8Array<ArrayBuffer>): number {
  try {
    const descriptor = context.descriptors.get(fd, RIGHTS.FD_WRITE);
    for (let at = 0; at < bytes.length;) {
      const from = { buffer: bytes.buffer, pairs: Float64Array.of(bytes.byteOffset + at, bytes.length - at), count: 1 };
      const written = context.files.write(descriptor.hostFd, from);
      if (written < 0 && !waited(context, descriptor, POLL.OUT, written)) return wasiErrno(written);
      at += Math.max(written, 0);
    }
    return WASI_ERRNO.SUCCESS;
  } catch (error) {
    return context.guard.resultOf(error, POSITIVE_WASI);
  }
}

/** The other `fd_*` functions. */
export function descriptorFunctions(context: WasiContext, layout: FilestatLayout = FILESTAT): WasiFunctions {
  const { descriptors, files } = context;
  return guardAll(context, {
    fd_close: (fd: number) => descriptors.close(fd),
    fd_renumber: (from: number, to: number) => descriptors.renumber(from, to),
    fd_sync: (fd: number) => checkedVoid(files.sync(descriptors.get(fd, RIGHTS.FD_SYNC).hostFd)),
    fd_datasync: (fd: number) => checkedVoid(files.syncData(descriptors.get(fd, RIGHTS.FD_DATASYNC).hostFd)),

    fd_advise(fd: number, offset: bigint, size: bigint, advice: number): void {
      const { hostFd, filetype } = descriptors.get(fd, RIGHTS.FD_ADVISE);
      if (filetype === FILETYPE.DIRECTORY) refuse("EBADF");
      if (advice < 0 || advice >= ADVICES) refuse("EINVAL");
      checked(files.advise(hostFd, checkedOffset(offset), checkedOffset(size), advice));
    },

    fd_allocate(fd: number, offset: bigint, size: bigint): void {
      const { hostFd } = descriptors.get(fd, RIGHTS.FD_ALLOCATE);
      checked(files.allocate(hostFd, checkedOffset(offset), checkedOffset(size)));
    },

    fd_fdstat_get(fd: number, result: WasmPtr): void {
      const descriptor = descriptors.get(fd);
      const at = context.ptr(result);
      context.memory.check(at, FDSTAT_SIZE);
      const { data } = context.memory;
      const flags = fdflagsOf(checked(files.flags(descriptor.hostFd)));
      const ownFlags = descriptor.isOwned ? flags : (flags & ~FDFLAGS.NONBLOCK) | descriptor.emulatedFlags;
      data.setUint16(at, descriptor.filetype, true);
      data.setUint16(at + 2, ownFlags, true);
      data.setUint32(at + 4, 0, true);
      data.setBigUint64(at + 8, descriptor.rights, true);
      data.setBigUint64(at + 16, descriptor.inheriting, true);
    },

    fd_fdstat_set_flags: (fd: number, flags: number) =>
      setFlags(context, descriptors.get(fd, RIGHTS.FD_FDSTAT_SET_FLAGS), flags),

    fd_fdstat_set_rights(fd: number, rights: bigint, inheriting: bigint): void {
      const descriptor = descriptors.get(fd);
      const [base, inherited] = [BigInt.asUintN(64, rights), BigInt.asUintN(64, inheriting)];
      if ((base & ~descriptor.rights) !== 0n || (inherited & ~descriptor.inheriting) !== 0n) refuse("ENOTCAPABLE");
      descriptor.rights = base;
      descriptor.inheriting = inherited;
    },

    fd_filestat_get(fd: number, result: WasmPtr): void {
      const status = files.status(descriptors.get(fd, RIGHTS.FD_FILESTAT_GET).hostFd);
      if (typeof status === "number") throw new Refusal(wasiErrno(status));
      writeFilestat(context.memory, context.ptr(result), status, layout);
    },

    fd_filestat_set_size(fd: number, size: bigint): void {
      checked(files.setSize(descriptors.get(fd, RIGHTS.FD_FILESTAT_SET_SIZE).hostFd, checkedOffset(size)));
    },

    fd_filestat_set_times(fd: number, accessed: bigint, modified: bigint, flags: number): void {
      const descriptor = descriptors.get(fd, RIGHTS.FD_FILESTAT_SET_TIMES);
      if (descriptor.isReadOnly) refuse("EROFS");
      checked(files.setTimes(descriptor.hostFd, ...newTimes(accessed, modified, flags)));
    },

    fd_prestat_get(fd: number, result: WasmPtr): void {
      context.refusedPaths?.listDirectories();
      const { guestPath } = descriptors.get(fd);
      if (guestPath === undefined) refuse("EBADF");
      const { memory } = context;
      const at = context.ptr(result);
      memory.check(at, memory.pointerBytes * 2);
      // The tag 0 means a directory. The length of its name follows, on the next multiple of its own size.
      memory.writePointer(at, 0);
      memory.writePointer(at + memory.pointerBytes, guestPath.length);
    },

    fd_prestat_dir_name(fd: number, name: WasmPtr, length: WasmPtr): void {
      const { guestPath } = descriptors.get(fd);
      if (guestPath === undefined) refuse("EBADF");
      if (guestSize(length) < guestPath.length) refuse("ENAMETOOLONG");
      context.memory.view(context.ptr(name), guestPath.length).set(guestPath);
    },
  });
}

/** Returns `descriptor` if it has positions and the right to them. Refuses streams with ESPIPE. */
function positioned(descriptor: FileDescriptor, right: bigint): FileDescriptor {
  if (descriptor.filetype === FILETYPE.DIRECTORY) refuse("EBADF");
  // The right to seek includes the right to tell.
  const sufficient = right === RIGHTS.FD_TELL ? right | RIGHTS.FD_SEEK : right;
  if ((descriptor.rights & sufficient) === 0n) {
    refuse(descriptor.filetype === FILETYPE.REGULAR_FILE ? "ENOTCAPABLE" : "ESPIPE");
  }
  return descriptor;
}

/** Sets APPEND and NONBLOCK. Refuses changes of other flags with EINVAL, since these are fixed when a file is opened. */
function setFlags(context: WasiContext, descriptor: FileDescriptor, flags: number): void {
  const { files } = context;
  const current = checked(files.flags(descriptor.hostFd));
  const settable = FDFLAGS.APPEND | FDFLAGS.NONBLOCK;
  if ((flags & ~settable) !== (fdflagsOf(current) & ~settable)) refuse("EINVAL");
  if (!descriptor.isOwned) {
    // Other processes, such as the shell, share these flags.
    if ((flags & FDFLAGS.APPEND) !== (fdflagsOf(current) & FDFLAGS.APPEND)) refuse("ENOTSUP");
    descriptor.emulatedFlags = flags & FDFLAGS.NONBLOCK;
    return;
  }
  const wanted = ((flags & FDFLAGS.APPEND) !== 0 ? O.APPEND : 0) | ((flags & FDFLAGS.NONBLOCK) !== 0 ? O.NONBLOCK : 0);
  checked(files.setFlags(descriptor.hostFd, (current & ~(O.APPEND | O.NONBLOCK)) | wanted));
}

/** Refuses with EAGAIN if a call would wait on a shared descriptor that the guest set to non-blocking. */
function refuseToWait(context: WasiContext, descriptor: FileDescriptor, wanted: number): void {
  if ((descriptor.emulatedFlags & FDFLAGS.NONBLOCK) === 0) return;
  const result = context.clocks.wait([{ fd: descriptor.hostFd, wanted, came: 0 }], 0n);
  if (result === 0 || result === -LINUX_ERRNO.EINTR) refuse("EAGAIN");
}

/**
 * Waits if the host's stream is non-blocking but the guest did not set that flag. Another process that shares the stream did.
 *
 * @returns true to try again.
 */
function waited(context: WasiContext, descriptor: FileDescriptor, wanted: number, result: number): boolean {
  if (result !== -LINUX_ERRNO.EAGAIN || descriptor.isOwned || descriptor.emulatedFlags !== 0) return false;
  const polled = context.clocks.wait([{ fd: descriptor.hostFd, wanted, came: 0 }], undefined);
  return polled >= 0 || polled === -LINUX_ERRNO.EINTR;
}

/** Returns an offset or size as unsigned. Refuses values that the kernel's signed 64 bits cannot hold with EINVAL. */
function checkedOffset(value: bigint): bigint {
  const unsigned = BigInt.asUintN(64, value);
  if (unsigned > MAX_OFFSET) refuse("EINVAL");
  return unsigned;
}

function checkedVoid(result: number): void {
  checked(result);
}
