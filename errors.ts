/**
 * The errors that this project throws, and the errno tables.
 *
 * Three number spaces exist and are never mixed: Linux's (what bpf(2) and libbpf return, and what guests of ABI version 1
 * see), WASI's (what guests' libc and ABI version 2 see) and libbpf's own (4000 and up).
 *
 * @module
 */

/** What is known about a refused operation. */
export interface BpfErrorOptions {
  /** The lines that libbpf and the verifier wrote while the operation ran; may be empty. */
  log?: readonly string[];
  /** What the reader can do about it; only where evidence supports it. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * The kernel or libbpf refused an operation.
 *
 * `operation` reads "Cannot <verb> <noun>"; `code` is the symbolic errno ("EPERM"), `errno` its positive Linux number.
 */
export class BpfError extends Error {
  override readonly name = "BpfError";
  readonly operation: string;
  readonly code: string;
  readonly errno: number;
  readonly log: readonly string[];
  readonly hint: string | undefined;

  /** @param errno Linux (or libbpf's, from 4000) error number; its sign is ignored. */
  constructor(operation: string, errno: number, options: BpfErrorOptions = {}) {
    const number = Math.abs(errno);
    const code = errnoName(number);
    const log = options.log ?? [];
    const reason = lastUsefulLine(log) ?? errnoText(number);
    super(
      `${operation}: ${code}${reason ? `: ${reason}` : ""}${options.hint ? ` (hint: ${options.hint})` : ""}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.operation = operation;
    this.errno = number;
    this.code = code;
    this.log = log;
    this.hint = options.hint;
  }
}

/** Why a guest cannot run, or cannot go on. */
export type GuestErrorCode =
  /** Not a WebAssembly module, or one that lacks what every guest must have. */
  | "invalid-module"
  /** The module imports what this runtime does not offer. */
  | "unknown-import"
  /** The guest trapped: unreachable, out-of-bounds access, stack exhaustion, ... */
  | "trap";

/** The guest broke a rule: it is no module that can be linked, or it trapped. */
export class GuestError extends Error {
  override readonly name = "GuestError";
  readonly code: GuestErrorCode;

  constructor(code: GuestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Bytes that are not what they should be: an ELF object, BTF, or a WebAssembly module that cannot be parsed.
 *
 * The message reads "Cannot parse ELF: <what is wrong>".
 */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** What the bytes should be: "ELF", "BTF". */
  readonly format: string;
  readonly problem: string;

  constructor(format: string, problem: string, options?: ErrorOptions) {
    // It may quote names from the bytes.
    const text = printable(problem);
    super(`Cannot parse ${format}: ${text}`, options);
    this.format = format;
    this.problem = text;
  }
}

/** `text` with what a terminal would take for a command written out, as `\x1b`. For names that come from files. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** Linux's errno numbers (asm-generic; the same on x86_64 and arm64). */
export const LINUX_ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  ENOTBLK: 15,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENODEV: 19,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOTTY: 25,
  ETXTBSY: 26,
  EFBIG: 27,
  ENOSPC: 28,
  ESPIPE: 29,
  EROFS: 30,
  EMLINK: 31,
  EPIPE: 32,
  EDOM: 33,
  ERANGE: 34,
  EDEADLK: 35,
  ENAMETOOLONG: 36,
  ENOLCK: 37,
  ENOSYS: 38,
  ENOTEMPTY: 39,
  ELOOP: 40,
  ENOMSG: 42,
  EIDRM: 43,
  ECHRNG: 44,
  EL2NSYNC: 45,
  EL3HLT: 46,
  EL3RST: 47,
  ELNRNG: 48,
  EUNATCH: 49,
  ENOCSI: 50,
  EL2HLT: 51,
  EBADE: 52,
  EBADR: 53,
  EXFULL: 54,
  ENOANO: 55,
  EBADRQC: 56,
  EBADSLT: 57,
  EBFONT: 59,
  ENOSTR: 60,
  ENODATA: 61,
  ETIME: 62,
  ENOSR: 63,
  ENONET: 64,
  ENOPKG: 65,
  EREMOTE: 66,
  ENOLINK: 67,
  EADV: 68,
  ESRMNT: 69,
  ECOMM: 70,
  EPROTO: 71,
  EMULTIHOP: 72,
  EDOTDOT: 73,
  EBADMSG: 74,
  EOVERFLOW: 75,
  ENOTUNIQ: 76,
  EBADFD: 77,
  EREMCHG: 78,
  ELIBACC: 79,
  ELIBBAD: 80,
  ELIBSCN: 81,
  ELIBMAX: 82,
  ELIBEXEC: 83,
  EILSEQ: 84,
  ERESTART: 85,
  ESTRPIPE: 86,
  EUSERS: 87,
  ENOTSOCK: 88,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  EPROTOTYPE: 91,
  ENOPROTOOPT: 92,
  EPROTONOSUPPORT: 93,
  ESOCKTNOSUPPORT: 94,
  EOPNOTSUPP: 95,
  EPFNOSUPPORT: 96,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ENETRESET: 102,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ESHUTDOWN: 108,
  ETOOMANYREFS: 109,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTDOWN: 112,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
  ESTALE: 116,
  EUCLEAN: 117,
  ENOTNAM: 118,
  ENAVAIL: 119,
  EISNAM: 120,
  EREMOTEIO: 121,
  EDQUOT: 122,
  ENOMEDIUM: 123,
  EMEDIUMTYPE: 124,
  ECANCELED: 125,
  ENOKEY: 126,
  EKEYEXPIRED: 127,
  EKEYREVOKED: 128,
  EKEYREJECTED: 129,
  EOWNERDEAD: 130,
  ENOTRECOVERABLE: 131,
  ERFKILL: 132,
  ENOTSUPP: 524,
} as const;

/** A name of {@link LINUX_ERRNO}. */
export type LinuxErrnoName = keyof typeof LINUX_ERRNO;

/** WASI preview 1's errno numbers (`typenames.witx`). */
export const WASI_ERRNO = {
  SUCCESS: 0,
  E2BIG: 1,
  EACCES: 2,
  EADDRINUSE: 3,
  EADDRNOTAVAIL: 4,
  EAFNOSUPPORT: 5,
  EAGAIN: 6,
  EALREADY: 7,
  EBADF: 8,
  EBADMSG: 9,
  EBUSY: 10,
  ECANCELED: 11,
  ECHILD: 12,
  ECONNABORTED: 13,
  ECONNREFUSED: 14,
  ECONNRESET: 15,
  EDEADLK: 16,
  EDESTADDRREQ: 17,
  EDOM: 18,
  EDQUOT: 19,
  EEXIST: 20,
  EFAULT: 21,
  EFBIG: 22,
  EHOSTUNREACH: 23,
  EIDRM: 24,
  EILSEQ: 25,
  EINPROGRESS: 26,
  EINTR: 27,
  EINVAL: 28,
  EIO: 29,
  EISCONN: 30,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  EMLINK: 34,
  EMSGSIZE: 35,
  EMULTIHOP: 36,
  ENAMETOOLONG: 37,
  ENETDOWN: 38,
  ENETRESET: 39,
  ENETUNREACH: 40,
  ENFILE: 41,
  ENOBUFS: 42,
  ENODEV: 43,
  ENOENT: 44,
  ENOEXEC: 45,
  ENOLCK: 46,
  ENOLINK: 47,
  ENOMEM: 48,
  ENOMSG: 49,
  ENOPROTOOPT: 50,
  ENOSPC: 51,
  ENOSYS: 52,
  ENOTCONN: 53,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTRECOVERABLE: 56,
  ENOTSOCK: 57,
  ENOTSUP: 58,
  ENOTTY: 59,
  ENXIO: 60,
  EOVERFLOW: 61,
  EOWNERDEAD: 62,
  EPERM: 63,
  EPIPE: 64,
  EPROTO: 65,
  EPROTONOSUPPORT: 66,
  EPROTOTYPE: 67,
  ERANGE: 68,
  EROFS: 69,
  ESPIPE: 70,
  ESRCH: 71,
  ESTALE: 72,
  ETIMEDOUT: 73,
  ETXTBSY: 74,
  EXDEV: 75,
  ENOTCAPABLE: 76,
} as const;

/** libbpf's own errors (`libbpf.h`, `enum libbpf_errno`), with its words for them. */
const LIBBPF_ERRNO: Readonly<Record<number, readonly [name: string, text: string]>> = {
  4000: ["LIBELF", "something wrong in libelf"],
  4001: ["FORMAT", "BPF object format invalid"],
  4002: ["KVERSION", "'version' section incorrect or lost"],
  4003: ["ENDIAN", "endian mismatch"],
  4004: ["INTERNAL", "internal error in libbpf"],
  4005: ["RELOC", "relocation failed"],
  4006: ["LOAD", "failed to load program"],
  4007: ["VERIFY", "kernel verifier blocks program loading"],
  4008: ["PROG2BIG", "program too big"],
  4009: ["KVER", "incorrect kernel version"],
  4010: ["PROGTYPE", "kernel doesn't support this program type"],
  4011: ["WRNGPID", "wrong pid in netlink message"],
  4012: ["INVSEQ", "invalid netlink sequence"],
  4013: ["NLPARSE", "netlink parsing error"],
};

/** Words for the errors that people meet most; the others are told by their name alone. */
const TEXTS: Readonly<Record<number, string>> = {
  1: "operation not permitted",
  2: "no such file or directory",
  3: "no such process",
  5: "input/output error",
  7: "argument list too long",
  9: "bad file descriptor",
  12: "out of memory",
  13: "permission denied",
  14: "bad address",
  16: "device or resource busy",
  17: "already exists",
  19: "no such device",
  20: "not a directory",
  21: "is a directory",
  22: "invalid argument",
  24: "too many open files",
  28: "no space left on device",
  32: "broken pipe",
  38: "function not implemented",
  95: "operation not supported",
  524: "operation not supported by the kernel",
};

let names: ReadonlyMap<number, LinuxErrnoName> | undefined;

/** The name of a positive Linux error number. The table is made when the first error is. */
function linuxName(errno: number): LinuxErrnoName | undefined {
  names ??= new Map(Object.entries(LINUX_ERRNO).map(([name, number]) => [number, name as LinuxErrnoName]));
  return names.get(errno);
}

/** Where WASI's number is not the one of the same name. */
const WASI_OTHERWISE: Readonly<Record<string, number>> = {
  EOPNOTSUPP: WASI_ERRNO.ENOTSUP,
  ENOTSUPP: WASI_ERRNO.ENOTSUP,
};

/** The symbolic name of a positive Linux or libbpf error number: "EPERM", or "errno 999" where it has none. */
export function errnoName(errno: number): string {
  return linuxName(errno) ?? LIBBPF_ERRNO[errno]?.[0] ?? `errno ${errno}`;
}

/** A few words for a positive Linux or libbpf error number; undefined where the name has to do. */
export function errnoText(errno: number): string | undefined {
  return TEXTS[errno] ?? LIBBPF_ERRNO[errno]?.[1];
}

/** Converts a Linux error number (either sign; libbpf's own too) to WASI's positive one; EIO where WASI has no such error. */
export function wasiErrno(errno: number): number {
  const number = Math.abs(errno);
  if (number >= 4000) return WASI_ERRNO.EINVAL;
  if (number === 0) return WASI_ERRNO.SUCCESS;
  const name = linuxName(number) ?? "EIO";
  const byName: Readonly<Record<string, number>> = WASI_ERRNO;
  return WASI_OTHERWISE[name] ?? byName[name] ?? WASI_ERRNO.EIO;
}

/** How lines begin that only say that it failed, or how long it took, or that guess at limits (kernels from 5.11 have none). */
const SUMMARIES = [
  /^processed \d+ insns/,
  /^verification time/,
  /^stack depth/,
  /^-- (BEGIN|END) /,
  /^failed to load object/,
  /^prog '.*': failed to load: -/,
  /^failed to perform CO-RE relocations/,
  /^permission error while running as root; try raising/,
  /^Failed to bump RLIMIT_MEMLOCK/,
  /^Error in bpf_object__probe_loading\(\):Operation not permitted/,
];

/**
 * The line of a libbpf or verifier log that tells most: the last that is no summary. The verifier's own lines do not say which
 * program they are about, so its name is put before them.
 */
function lastUsefulLine(log: readonly string[]): string | undefined {
  let verified = "";
  let useful: string | undefined;
  for (const raw of log) {
    const line = raw.trim().replace(/^libbpf: /, "");
    const begins = /^(prog '.*': )-- BEGIN PROG LOAD LOG --/.exec(line);
    if (begins?.[1] !== undefined) verified = begins[1];
    else if (/^-- END PROG LOAD LOG --/.test(line)) verified = "";
    else if (line !== "" && !SUMMARIES.some((summary) => summary.test(line))) useful = verified + line;
  }
  return useful;
}
