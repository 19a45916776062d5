/**
 * The errors that WASI and Linux both have, for the bindings of guests' languages.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/linux_errno.ts";
import { WASI_ERRNO } from "../../errors/wasi_errno.ts";

/** An error with its numbers and Linux's name. */
export interface CommonError {
  readonly wasi: number;
  readonly linux: number;
  readonly name: string;
}

/** The errors in the order of WASI's numbers. */
export function commonErrors(): CommonError[] {
  const linuxNumbers = new Map<string, number>(Object.entries(LINUX_ERRNO));
  return Object.entries(WASI_ERRNO).flatMap(([wasiName, wasi]) => {
    const name = wasiName === "ENOTSUP" ? "EOPNOTSUPP" : wasiName;
    const linux = linuxNumbers.get(name);
    return linux === undefined ? [] : [{ wasi, linux, name }];
  });
}
