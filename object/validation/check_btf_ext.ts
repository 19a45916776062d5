/**
 * Checks of `.BTF.ext`: its records lie inside the section, and are complete.
 *
 * @module
 */

import { BTF_EXT_PART, readBtfExt } from "../btf/btf_ext.ts";

/** @throws {FormatError} when records are outside the section, or are not complete. */
export function checkBtfExt(bytes: Uint8Array): void {
  for (const part of Object.values(BTF_EXT_PART)) {
    const records = readBtfExt(bytes, part);
    while (records.next().done !== true);
  }
}
