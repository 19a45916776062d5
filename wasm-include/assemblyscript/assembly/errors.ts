// SPDX-License-Identifier: MIT

import { ERRORS } from "./imports";
import { takeMessages } from "./messages";
import { exit, printError } from "./wasi";

/** A call that libbpf, the kernel or the host refused. */
export class BpfError {
  /** The error of the last call that failed; null if none has. */
  static last: BpfError | null = null;

  /**
   * @param operation the call that failed: "load the object".
   * @param errno Linux's error number: 1 is EPERM. libbpf's own numbers are 4000 and more.
   * @param log the messages of libbpf and the verifier.
   */
  constructor(readonly operation: string, readonly errno: i32, readonly log: string) {}

  /** The name of the number, such as "EPERM"; "" if it is not one of Linux's. */
  get name(): string {
    for (let i = 0; i < ERRORS.length; i++) {
      if (ERRORS[i].linux == this.errno) return ERRORS[i].name;
    }
    return "";
  }

  /** One line: the operation, the error's name, and libbpf's last message. */
  toString(): string {
    const name = this.name;
    const message = lastLine(this.log);
    const reason = name == "" ? `error ${this.errno}` : name;
    return `Cannot ${this.operation}: ${reason}${message == "" ? "" : ": " + message}`;
  }

  /** Ends the guest with this error on stderr, and exit code 1. */
  exit(): void {
    printError(this.toString());
    exit(1);
  }
}

function lastLine(log: string): string {
  const lines = log.split("\n");
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i].trim();
    if (line != "") return line.startsWith("libbpf: ") ? line.slice(8) : line;
  }
  return "";
}

/** Linux's number of a negative result of an import. Numbers that WASI does not have pass unchanged. */
export function linuxErrno(result: i32): i32 {
  for (let i = 0; i < ERRORS.length; i++) {
    if (ERRORS[i].wasi == -result) return ERRORS[i].linux;
  }
  return -result;
}

/** True for the result of an import that failed. Then `BpfError.last` has the error. */
export function failed(operation: string, result: i32): bool {
  const log = takeMessages();
  if (result >= 0) return false;
  BpfError.last = new BpfError(operation, linuxErrno(result), log);
  return true;
}

/** Sets `BpfError.last` to an error of the bindings themselves. */
export function refuse(operation: string, errno: i32): void {
  BpfError.last = new BpfError(operation, errno, "");
}

/** Ends the guest with the last error. */
export function exitWithError(): void {
  const error = BpfError.last;
  if (error) error.exit();
  else exit(1);
}

/** Returns the result of an import. Ends the guest if it failed. */
export function checked(operation: string, result: i32): i32 {
  if (failed(operation, result)) exitWithError();
  return result;
}

/** As `checked()`, with the noun of the operation, which is put together only for an error. */
export function checkedFor(verb: string, noun: string, result: i32): i32 {
  if (result < 0) checked(`${verb} "${noun}"`, result);
  return result;
}

/** Linux's numbers that the bindings use. */
export namespace ERRNO {
  export const ENOENT = 2;
  export const EINTR = 4;
  export const EBADF = 9;
  export const EINVAL = 22;
  export const EMSGSIZE = 90;
  export const EOPNOTSUPP = 95;
}
