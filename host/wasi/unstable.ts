/**
 * `wasi_unstable`, the version before preview 1, for modules built with toolchains of 2019 and 2020. It differs in three
 * layouts and in the numbers of `fd_seek`.
 *
 * @module
 */

import type { WasiContext, WasiFunctions } from "./context.ts";
import { descriptorFunctions, transferFunctions } from "./fd.ts";
import type { FilestatLayout } from "./filestat.ts";
import type { RangeReader } from "./iovecs.ts";
import { attributeFunctions } from "./path.ts";
import { pollFunctions, type SubscriptionLayout } from "./poll.ts";

/** The link count has 32 bits, so the later fields have smaller offsets. */
const FILESTAT: FilestatLayout = {
  sizeBytes: 56,
  links: 20,
  linksBits: 32,
  size: 24,
  accessed: 32,
  modified: 40,
  changed: 48,
};

/** A clock has its own identifier (8 bytes) before its number. */
const SUBSCRIPTION: SubscriptionLayout = { sizeBytes: 56, fd: 16, clock: 24, timeout: 32, flags: 48 };

/** The numbers of `fd_seek` for the start, the position and the end, in the order of preview 1. */
const WHENCES = [2, 0, 1];

/** The functions of `wasi_unstable`: those of preview 1, with four replaced. */
export function unstableFunctions(context: WasiContext, ranges: RangeReader, preview1: WasiFunctions): WasiFunctions {
  const { sock_accept: _, ...shared } = preview1;
  return {
    ...shared,
    ...pick(transferFunctions(context, ranges, WHENCES), "fd_seek"),
    ...pick(descriptorFunctions(context, FILESTAT), "fd_filestat_get"),
    ...pick(attributeFunctions(context, FILESTAT), "path_filestat_get"),
    ...pollFunctions(context, SUBSCRIPTION),
  };
}

function pick(functions: WasiFunctions, name: string): WasiFunctions {
  return Object.fromEntries(Object.entries(functions).filter(([key]) => key === name));
}
