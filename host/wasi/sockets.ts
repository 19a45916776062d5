/**
 * Sockets. Preview 1 cannot make one; a guest has one only when its stdin, stdout or stderr is.
 *
 * @module
 */

import { O } from "../../ffi/files.ts";
import { guestPtr } from "../memory.ts";
import { checked, guardAll, refuse, type WasiContext, type WasiFunctions } from "./context.ts";
import { type Descriptor, filetypeOf } from "./descriptors.ts";
import type { RangeReader } from "./iovecs.ts";
import { FDFLAGS, FILETYPE, RIGHTS, SDFLAGS, SOCKET_RIGHTS } from "./types.ts";

/** `sock_*`. No `MSG_*` flag is offered: they are refused with ENOTSUP. */
export function socketFunctions(context: WasiContext, ranges: RangeReader): WasiFunctions {
  const { descriptors, files } = context;

  function socket(fd: number, right: bigint): Descriptor {
    const { filetype } = descriptors.get(fd >>> 0);
    if (filetype !== FILETYPE.SOCKET_STREAM && filetype !== FILETYPE.SOCKET_DGRAM) refuse("ENOTSOCK");
    return descriptors.get(fd >>> 0, right);
  }

  return guardAll(context, {
    sock_accept(fd: number, flags: number, result: number): void {
      const listener = socket(fd, RIGHTS.SOCK_ACCEPT);
      if ((flags & ~FDFLAGS.NONBLOCK) !== 0) refuse("EINVAL");
      context.memory.check(guestPtr(result), 4);
      const hostFd = checked(files.accept(listener.hostFd, flags === 0 ? 0 : O.NONBLOCK));
      const status = files.status(hostFd);
      const filetype = typeof status === "number" ? FILETYPE.SOCKET_STREAM : filetypeOf(status.mode);
      const rights = SOCKET_RIGHTS & ~RIGHTS.SOCK_ACCEPT;
      const accepted = { hostFd, isOwned: true, filetype, rights, inheriting: 0n, emulatedFlags: 0, isReadOnly: false };
      context.memory.data.setUint32(guestPtr(result), descriptors.add(accepted), true);
    },

    sock_recv(fd: number, list: number, count: number, flags: number, size: number, outFlags: number): void {
      const { hostFd } = socket(fd, RIGHTS.FD_READ);
      if (flags !== 0) refuse("ENOTSUP");
      context.memory.check(guestPtr(size), 4);
      context.memory.check(guestPtr(outFlags), 2);
      const received = checked(files.read(hostFd, ranges.read(context.memory, list, count)));
      context.memory.data.setUint32(guestPtr(size), received, true);
      context.memory.data.setUint16(guestPtr(outFlags), 0, true);
    },

    sock_send(fd: number, list: number, count: number, flags: number, size: number): void {
      const { hostFd } = socket(fd, RIGHTS.FD_WRITE);
      if (flags !== 0) refuse("ENOTSUP");
      context.memory.check(guestPtr(size), 4);
      const sent = checked(files.write(hostFd, ranges.read(context.memory, list, count)));
      context.memory.data.setUint32(guestPtr(size), sent, true);
    },

    sock_shutdown(fd: number, how: number): void {
      const { hostFd } = socket(fd, RIGHTS.SOCK_SHUTDOWN);
      if (how <= 0 || (how & ~(SDFLAGS.RD | SDFLAGS.WR)) !== 0) refuse("EINVAL");
      // RD 1, WR 2, both 3; Linux counts from 0.
      checked(files.shutdown(hostFd, how - 1));
    },
  });
}
