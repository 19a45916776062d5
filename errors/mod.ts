/**
 * The errors that this project throws, and the functions that turn errno numbers and logs into text.
 *
 * @module
 */

export { BpfError, type BpfErrorOptions } from "./bpf_error.ts";
export { errnoName, errnoOf, errnoText, libbpfErrno, linuxErrno, wasiErrno } from "./errno.ts";
export { FormatError } from "./format_error.ts";
export { GuestError, type GuestErrorCode, type GuestErrorOptions } from "./guest_error.ts";
export { LINUX_ERRNO, type LinuxErrnoName } from "./linux_errno.ts";
export { type LogReading, readLog } from "./log.ts";
export { describeOperation, openOperation, type Operation, type OperationKind } from "./operation.ts";
export { printable, printableJson } from "./printable.ts";
export { WASI_ERRNO } from "./wasi_errno.ts";
