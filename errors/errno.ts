/**
 * Names, texts and conversions of errno numbers.
 *
 * There are three number spaces: Linux's (bpf(2), libbpf, and guests of ABI version 1), WASI's (guests' libc, and ABI version 2)
 * and libbpf's own (4000 and up). Each conversion is one function here.
 *
 * @module
 */

import { LIBBPF_ERRNO } from "./libbpf_errno.ts";
import { LINUX_ERRNO, type LinuxErrnoName } from "./linux_errno.ts";
import { WASI_ERRNO } from "./wasi_errno.ts";

/** The smallest of libbpf's own numbers. */
const LIBBPF_START = LIBBPF_ERRNO.LIBELF;

/** Texts of libbpf's own errors. */
const LIBBPF_TEXTS: Readonly<Record<string, string>> = {
  LIBELF: "something wrong in libelf",
  FORMAT: "BPF object format invalid",
  KVERSION: "'version' section incorrect or lost",
  ENDIAN: "endian mismatch",
  INTERNAL: "internal error in libbpf",
  RELOC: "relocation failed",
  LOAD: "failed to load program",
  VERIFY: "kernel verifier blocks program loading",
  PROG2BIG: "program too big",
  KVER: "incorrect kernel version",
  PROGTYPE: "kernel doesn't support this program type",
  WRNGPID: "wrong pid in netlink message",
  INVSEQ: "invalid netlink sequence",
  NLPARSE: "netlink parsing error",
} satisfies Record<keyof typeof LIBBPF_ERRNO, string>;

/** Texts of the most common errors. Others are shown only by their name. */
const TEXTS: Readonly<Record<string, string>> = {
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  ESRCH: "no such process",
  EIO: "input/output error",
  E2BIG: "argument list too long",
  EBADF: "bad file descriptor",
  ENOMEM: "out of memory",
  EACCES: "permission denied",
  EFAULT: "bad address",
  EBUSY: "device or resource busy",
  EEXIST: "already exists",
  ENODEV: "no such device",
  ENOTDIR: "not a directory",
  EISDIR: "is a directory",
  EINVAL: "invalid argument",
  EMFILE: "too many open files",
  ENOSPC: "no space left on device",
  EPIPE: "broken pipe",
  ENOSYS: "function not implemented",
  EOPNOTSUPP: "operation not supported",
  ENOTSUPP: "operation not supported by the kernel",
} satisfies Partial<Record<LinuxErrnoName, string>>;

/** Texts of the C library that differ from {@link TEXTS}. */
const OTHER_TEXTS: Readonly<Record<string, LinuxErrnoName>> = {
  "file exists": "EEXIST",
  "cannot allocate memory": "ENOMEM",
  "invalid cross-device link": "EXDEV",
  "value too large for defined data type": "EOVERFLOW",
  "operation already in progress": "EALREADY",
  "resource temporarily unavailable": "EAGAIN",
  "no such device or address": "ENXIO",
  "unknown error 524": "ENOTSUPP",
};

/** Names of WASI for Linux errors that it has under another name. */
const WASI_NAMES: Readonly<Record<string, keyof typeof WASI_ERRNO>> = { EOPNOTSUPP: "ENOTSUP", ENOTSUPP: "ENOTSUP" };

let names: ReadonlyMap<number, string> | undefined;

/** The name of a positive Linux number. The table is built at the first error. */
function linuxName(errno: number): string | undefined {
  names ??= new Map(Object.entries(LINUX_ERRNO).map(([name, number]) => [number, name]));
  return names.get(errno);
}

/** The name of a positive number of libbpf. */
function libbpfName(errno: number): string | undefined {
  return Object.entries(LIBBPF_ERRNO).find(([, number]) => number === errno)?.[0];
}

/** The symbolic name of a positive Linux or libbpf error number: "EPERM", or "errno 999" if it has no name. */
export function errnoName(errno: number): string {
  return linuxName(errno) ?? libbpfName(errno) ?? `errno ${errno}`;
}

/** A short text for a positive Linux or libbpf error number; undefined when the table has none. */
export function errnoText(errno: number): string | undefined {
  return TEXTS[linuxName(errno) ?? ""] ?? LIBBPF_TEXTS[libbpfName(errno) ?? ""];
}

/** The positive Linux number for a name ("EPERM") or a text of the C library ("Operation not permitted"). */
export function errnoOf(words: string): number | undefined {
  const text = words.toLowerCase();
  const other = OTHER_TEXTS[text];
  return Object.entries(LINUX_ERRNO).find(([name]) => name === words || TEXTS[name] === text || name === other)?.[1];
}

/** Converts a positive Linux or libbpf number to Linux's: libbpf's own numbers become EINVAL. */
export function linuxErrno(errno: number): number {
  return errno >= LIBBPF_START ? LINUX_ERRNO.EINVAL : errno;
}

/** As {@link wasiErrno}, but libbpf's own numbers stay: guests of version 2 have `libbpf_strerror`, which knows them. */
export function libbpfErrno(errno: number): number {
  const number = Math.abs(errno);
  return number >= LIBBPF_START ? number : wasiErrno(number);
}

/** Converts a Linux or libbpf number of either sign to WASI's positive one; EIO if WASI has no such error. */
export function wasiErrno(errno: number): number {
  const number = linuxErrno(Math.abs(errno));
  if (number === 0) return WASI_ERRNO.SUCCESS;
  const name = linuxName(number) ?? "EIO";
  const byName: Readonly<Record<string, number>> = WASI_ERRNO;
  return byName[WASI_NAMES[name] ?? name] ?? WASI_ERRNO.EIO;
}
