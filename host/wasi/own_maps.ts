/**
 * /proc/PID/maps of this process, as a guest reads it.
 *
 * Tools copy the vDSO out of their own memory, from the address in this file, to find the names of its functions. The guest's memory is
 * another one. So a guest that opens the file gets a copy of the vDSO in its memory, and the file has the address of the copy.
 *
 * @module
 */

import { copyOwnMemory } from "../../ffi/system/own_memory.ts";
import type { GuestPtr } from "../core/memory.ts";
import type { WasiContext } from "./context.ts";
import type { Path } from "./paths.ts";

const OWN_MAPS = "/proc/self/maps";
const NAME = [..."maps"].map((letter) => letter.charCodeAt(0));
const CHUNK = 65536;
/** Longer files have no vDSO that matters. */
const MAX_BYTES = 16 << 20;
/** More than any vDSO has: it has two pages. */
const MAX_VDSO_BYTES = 1 << 20;
const VDSO = /^([0-9a-f]+)-([0-9a-f]+)( .*\[vdso\])$/m;

/**
 * Replaces the open file `hostFd` if it is this process's list of mappings.
 *
 * @param path the path that the guest opened.
 * @returns the descriptor to use in its place.
 */
export function withOwnMaps(context: WasiContext, path: Path, hostFd: number): number {
  const { files } = context;
  // All other files take this way, so nothing else comes before it. The path ends with a NUL.
  if (NAME.some((letter, index) => path[path.length - 1 - NAME.length + index] !== letter)) return hostFd;
  const own = files.statusOfPath(OWN_MAPS);
  const opened = files.status(hostFd);
  if (typeof own === "number" || typeof opened === "number") return hostFd;
  if (own.inode !== opened.inode || own.device !== opened.device) return hostFd;
  const text = forGuest(context, readAll(context, hostFd));
  const made = files.makeMemoryFile(new TextEncoder().encode(text));
  if (made < 0) return hostFd;
  files.close(hostFd);
  return made;
}

/** The text with the address of the copy in the guest's memory. */
function forGuest(context: WasiContext, text: string): string {
  const found = VDSO.exec(text);
  if (found === null) return text;
  const [line, start = "0", end = "0", rest = ""] = found;
  const sizeBytes = Number(BigInt(`0x${end}`) - BigInt(`0x${start}`));
  if (sizeBytes > MAX_VDSO_BYTES) return text;
  context.vdsoCopy ??= putCopy(context, BigInt(`0x${start}`), sizeBytes);
  if (context.vdsoCopy === undefined) return text;
  const hex = (address: number) => address.toString(16).padStart(8, "0");
  return text.replace(line, `${hex(context.vdsoCopy)}-${hex(context.vdsoCopy + sizeBytes)}${rest}`);
}

function putCopy({ memory }: WasiContext, start: bigint, sizeBytes: number): GuestPtr | undefined {
  const at = memory.grow(sizeBytes);
  if (at !== undefined) memory.view(at, sizeBytes).set(copyOwnMemory(start, sizeBytes));
  return at;
}

/** Reads the file from its position. */
function readAll({ files }: WasiContext, hostFd: number): string {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK);
  let text = "";
  while (text.length < MAX_BYTES) {
    const read = files.read(hostFd, { buffer: chunk.buffer, pairs: Float64Array.of(0, CHUNK), count: 1 });
    if (read <= 0) break;
    text += decoder.decode(chunk.subarray(0, read), { stream: true });
  }
  return text;
}
