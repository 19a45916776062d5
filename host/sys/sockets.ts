/**
 * Packet sockets, for socket filters. Their packets are read as from a file. Other sockets are not offered.
 *
 * @module
 */

import { AF, SOCK, SOCKET_OPTION, SOL_PACKET, SOL_SOCKET } from "../../ffi/system/linux_numbers.ts";
import { bindSocket, openSocket, setSocketOption } from "../../ffi/system/sockets.ts";
import { LAYOUT } from "../../ffi/libbpf/struct_layouts.ts";
import type { GuestContext } from "../core/context.ts";
import { KernelDescriptor } from "../core/descriptors.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";
import { checked, refuse } from "../core/refusal.ts";
import { addDescriptor } from "./descriptors.ts";

const ADDRESS_BYTES = LAYOUT.sockaddr_ll.size;
/** The largest value of an offered option is `struct packet_mreq` with 16 bytes. */
const MAX_VALUE_BYTES = 16;

/** The options without addresses of the process in their values, by level. */
const OPTIONS: ReadonlyMap<number, ReadonlySet<number>> = new Map<number, ReadonlySet<number>>([
  [
    SOL_SOCKET,
    new Set([
      SOCKET_OPTION.SO_ATTACH_BPF,
      SOCKET_OPTION.SO_DETACH_BPF,
      SOCKET_OPTION.SO_RCVBUF,
      SOCKET_OPTION.SO_RCVTIMEO,
      SOCKET_OPTION.SO_RCVTIMEO_NEW,
    ]),
  ],
  [SOL_PACKET, new Set([SOCKET_OPTION.PACKET_ADD_MEMBERSHIP, SOCKET_OPTION.PACKET_DROP_MEMBERSHIP])],
]);

/**
 * `socket(i32 domain, i32 type, i32 protocol) -> i32` opens a packet socket (AF_PACKET) of type SOCK_RAW or SOCK_DGRAM, and returns the
 * guest's descriptor. The numbers are Linux's.
 *
 * @returns EAFNOSUPPORT for other domains; EPROTONOSUPPORT for other types; EPERM if the policy refuses; the kernel's error.
 */
export function socket(guest: GuestContext) {
  return (domain: number, type: number, protocol: number): number => {
    if (domain !== AF.PACKET) refuse("EAFNOSUPPORT");
    const base = type & ~(SOCK.NONBLOCK | SOCK.CLOEXEC);
    if (base !== SOCK.RAW && base !== SOCK.DGRAM) refuse("EPROTONOSUPPORT");
    guest.gate.pass({ kind: "socket", domain, type: base, protocol });
    const { calls } = guest.system;
    const fd = checked(openSocket(calls, { domain, type: type | SOCK.CLOEXEC, protocol }));
    return addDescriptor(guest, new KernelDescriptor("socket", fd, () => calls.close(fd)));
  };
}

/** `bind(i32 fd, ptr address, i32 size) -> i32` binds a packet socket to a `struct sockaddr_ll`. */
export function bind(guest: GuestContext) {
  return (fd: number, address: WasmPtr, size: number): void => {
    const hostFd = hostFdOf(guest, fd);
    if (size >>> 0 > ADDRESS_BYTES) refuse("EINVAL");
    const bytes = guest.memory.view(guestPtr(address, guest.addressBits), size >>> 0).slice();
    checked(bindSocket(guest.system.calls, hostFd, bytes));
  };
}

/**
 * `setsockopt(i32 fd, i32 level, i32 option, ptr value, i32 size) -> i32`: SO_ATTACH_BPF with the guest's descriptor of a program,
 * SO_DETACH_BPF, SO_RCVBUF, SO_RCVTIMEO, PACKET_ADD_MEMBERSHIP and PACKET_DROP_MEMBERSHIP.
 *
 * @returns ENOPROTOOPT for other options; EBADF when a descriptor has the wrong kind.
 */
export function setsockopt(guest: GuestContext) {
  return (fd: number, level: number, option: number, value: WasmPtr, size: number): void => {
    const hostFd = hostFdOf(guest, fd);
    if (OPTIONS.get(level)?.has(option) !== true) refuse("ENOPROTOOPT");
    if (size >>> 0 > MAX_VALUE_BYTES) refuse("EINVAL");
    const given = guest.memory.view(guestPtr(value, guest.addressBits), size >>> 0).slice();
    const attaches = level === SOL_SOCKET && option === SOCKET_OPTION.SO_ATTACH_BPF;
    const bytes = attaches ? programValue(guest, given) : given;
    checked(setSocketOption(guest.system.calls, hostFd, { level, option, value: bytes }));
  };
}

/** Replaces the guest's descriptor of a program by the host's. */
function programValue({ descriptors }: GuestContext, value: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (value.length !== Int32Array.BYTES_PER_ELEMENT) refuse("EINVAL");
  const found = descriptors.find(new DataView(value.buffer).getInt32(0, true));
  if (found?.kind !== "program" || found.passedFd === undefined) refuse("EBADF");
  return new Uint8Array(new Int32Array([found.passedFd]).buffer);
}

function hostFdOf({ descriptors }: GuestContext, fd: number): number {
  const found = descriptors.find(fd);
  return found?.kind === "socket" ? found.hostFd : refuse("EBADF");
}
