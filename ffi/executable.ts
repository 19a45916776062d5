/**
 * Converts addresses in executables and shared libraries to offsets in the file. Tools print addresses; the kernel sets probes by
 * offset.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../errors.ts";
import type { Libc } from "./libc.ts";

/** Byte offsets in `Elf32_Ehdr`, `Elf32_Phdr` and their 64-bit counterparts (`elf.h`). */
const LAYOUTS = {
  32: { phoff: 28, phentsize: 42, phnum: 44, entry: { size: 32, flags: 24, offset: 4, vaddr: 8, filesz: 16 } },
  64: { phoff: 32, phentsize: 54, phnum: 56, entry: { size: 56, flags: 4, offset: 8, vaddr: 16, filesz: 32 } },
} as const;

/** The size of `Elf64_Ehdr`, the larger of the two headers. No executable is smaller. */
export const ELF_HEADER_BYTES = 64;

const ELFCLASS64 = 2;
const ELFDATA2MSB = 2;
const PT_LOAD = 1;
const PF_X = 1;

/** A part of the file that is loaded as code. */
interface CodeSegment {
  address: number;
  offset: number;
  sizeBytes: number;
}

/** True when the open file `fd` begins with the ELF magic number. */
export function isElf(libc: Libc, fd: number): boolean {
  const header = new Uint8Array(ELF_HEADER_BYTES);
  if (libc.readAt(fd, header, 0) !== header.length) return false;
  return header[0] === 0x7f && header[1] === 0x45 && header[2] === 0x4c && header[3] === 0x46;
}

/**
 * The offset in the ELF file `fd` of the code at `address`, a virtual address as `nm` and `objdump` print it.
 *
 * @throws {BpfError} EINVAL when the file has no code at this address.
 */
export function codeOffset(libc: Libc, fd: number, address: number, operation: string): number {
  const segments = codeSegments(libc, fd);
  const segment = segments.find((one) => address >= one.address && address - one.address < one.sizeBytes);
  if (segment !== undefined) return address - segment.address + segment.offset;
  const ranges = segments.map((one) => `${hex(one.address)} to ${hex(one.address + one.sizeBytes - 1)}`).join(", ");
  throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
    log: [`no code is at address ${hex(address)}${ranges === "" ? "" : `; the file has code at ${ranges}`}`],
  });
}

function codeSegments(libc: Libc, fd: number): CodeSegment[] {
  const header = new Uint8Array(ELF_HEADER_BYTES);
  if (libc.readAt(fd, header, 0) !== header.length) return [];
  const is64 = header[4] === ELFCLASS64;
  const littleEndian = header[5] !== ELFDATA2MSB;
  const { phoff, phentsize, phnum, entry } = LAYOUTS[is64 ? 64 : 32];
  const view = new DataView(header.buffer);
  if (view.getUint16(phentsize, littleEndian) !== entry.size) return [];
  // The number has 16 bits: 3.5 MiB at most.
  const table = new Uint8Array(view.getUint16(phnum, littleEndian) * entry.size);
  const word = (of: DataView, at: number) =>
    is64 ? Number(of.getBigUint64(at, littleEndian)) : of.getUint32(at, littleEndian);
  const start = word(view, phoff);
  if (!Number.isSafeInteger(start) || libc.readAt(fd, table, start) !== table.length) return [];
  const entries = new DataView(table.buffer);
  const segments: CodeSegment[] = [];
  for (let at = 0; at < table.length; at += entry.size) {
    if (entries.getUint32(at, littleEndian) !== PT_LOAD) continue;
    if ((entries.getUint32(at + entry.flags, littleEndian) & PF_X) === 0) continue;
    segments.push({
      address: word(entries, at + entry.vaddr),
      offset: word(entries, at + entry.offset),
      sizeBytes: word(entries, at + entry.filesz),
    });
  }
  return segments;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
