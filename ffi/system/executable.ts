/**
 * Reads executables and shared libraries to probe. Tools print addresses, and the kernel places probes by offset in the file.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { isElf } from "../../object/elf/elf.ts";
import { address } from "./pointers.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Byte offsets in `Elf32_Phdr`, `Elf32_Shdr` and their 64-bit counterparts, and of their tables in `Elf32_Ehdr` (`elf.h`). */
const LAYOUTS = {
  32: {
    segments: { table: 28, entryBytes: 42, count: 44, size: 32, flags: 24, offset: 4, vaddr: 8, filesz: 16 },
    sections: { table: 32, entryBytes: 46, count: 48, size: 40, type: 4, entsize: 36 },
  },
  64: {
    segments: { table: 32, entryBytes: 54, count: 56, size: 56, flags: 4, offset: 8, vaddr: 16, filesz: 32 },
    sections: { table: 40, entryBytes: 58, count: 60, size: 64, type: 4, entsize: 56 },
  },
} as const;

/** The size of `Elf64_Ehdr`, the larger of the two headers. No executable is smaller. */
export const ELF_HEADER_BYTES = 64;

const ELFCLASS64 = 2;
const ELFDATA2MSB = 2;
const PT_LOAD = 1;
const PF_X = 1;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;

/** A part of the file that is loaded as code. */
interface CodeSegment {
  address: number;
  offset: number;
  sizeBytes: number;
}

/** True when the open file `fd` begins with the ELF magic number. */
export function isElfFile(calls: SystemCalls, fd: number): boolean {
  const header = readHeader(calls, fd);
  return header !== undefined && isElf(header.bytes);
}

/**
 * The offset in the ELF file `fd` of the code at `address`, a virtual address as `nm` and `objdump` print it.
 *
 * @throws {BpfError} EINVAL when the file has no code at this address.
 */
export function codeOffset(calls: SystemCalls, fd: number, address: number, operation: Operation): number {
  const segments = codeSegments(calls, fd);
  const segment = segments.find((one) => address >= one.address && address - one.address < one.sizeBytes);
  if (segment !== undefined) return address - segment.address + segment.offset;
  const ranges = segments.map((one) => `${hex(one.address)} to ${hex(one.address + one.sizeBytes - 1)}`).join(", ");
  throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
    reason: `no code is at address ${hex(address)}${ranges === "" ? "" : `; the file has code at ${ranges}`}`,
  });
}

/**
 * True when libbpf can read the symbols of the ELF file `fd`. libbpf divides by the size of a symbol, so a size of 0 would end the
 * process. This project's libbpf is patched, but a system's libbpf is not.
 */
export function hasSoundSymbols(calls: SystemCalls, fd: number): boolean {
  const header = readHeader(calls, fd);
  if (header === undefined) return true;
  const { sections } = header.layout;
  // A file with 65,280 sections or more keeps their number in its first section. No program is that large.
  if (header.u16(sections.count) === 0) return header.word(sections.table) === 0;
  if (header.u16(sections.entryBytes) !== sections.size) return false;
  const table = readTable(calls, fd, header, sections);
  // libelf refuses a file that lacks its table.
  if (table === undefined) return true;
  for (let at = 0; at < table.sizeBytes; at += sections.size) {
    const type = table.u32(at + sections.type);
    if ((type === SHT_SYMTAB || type === SHT_DYNSYM) && table.word(at + sections.entsize) === 0) return false;
  }
  return true;
}

function codeSegments(calls: SystemCalls, fd: number): CodeSegment[] {
  const header = readHeader(calls, fd);
  if (header === undefined) return [];
  const layout = header.layout.segments;
  if (header.u16(layout.entryBytes) !== layout.size) return [];
  const table = readTable(calls, fd, header, layout);
  if (table === undefined) return [];
  const segments: CodeSegment[] = [];
  for (let at = 0; at < table.sizeBytes; at += layout.size) {
    if (table.u32(at) !== PT_LOAD) continue;
    if ((table.u32(at + layout.flags) & PF_X) === 0) continue;
    segments.push({
      address: table.word(at + layout.vaddr),
      offset: table.word(at + layout.offset),
      sizeBytes: table.word(at + layout.filesz),
    });
  }
  return segments;
}

/** A part of an ELF file, in the byte order and the width of that file. */
class Part {
  readonly layout: typeof LAYOUTS[32] | typeof LAYOUTS[64];
  readonly #view: DataView;
  readonly #isLittleEndian: boolean;

  /** @param header the first bytes of the file. */
  constructor(bytes: Uint8Array<ArrayBuffer>, header: Uint8Array) {
    this.layout = LAYOUTS[header[4] === ELFCLASS64 ? 64 : 32];
    this.#view = new DataView(bytes.buffer);
    this.#isLittleEndian = header[5] !== ELFDATA2MSB;
  }

  get sizeBytes(): number {
    return this.#view.byteLength;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.#isLittleEndian);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.#isLittleEndian);
  }

  /** An address, an offset or a size. */
  word(at: number): number {
    return this.layout === LAYOUTS[64] ? Number(this.#view.getBigUint64(at, this.#isLittleEndian)) : this.u32(at);
  }
}

class Header extends Part {
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super(bytes, bytes);
    this.bytes = bytes;
  }
}

function readHeader(calls: SystemCalls, fd: number): Header | undefined {
  const bytes = new Uint8Array(ELF_HEADER_BYTES);
  return readAt(calls, fd, bytes, 0) === bytes.length ? new Header(bytes) : undefined;
}

/** The table of segments or sections. The number of entries has 16 bits: 4 MiB at most. */
function readTable(
  calls: SystemCalls,
  fd: number,
  header: Header,
  { table, count, size }: { table: number; count: number; size: number },
): Part | undefined {
  const bytes = new Uint8Array(header.u16(count) * size);
  const start = header.word(table);
  if (!Number.isSafeInteger(start) || readAt(calls, fd, bytes, start) !== bytes.length) return undefined;
  return new Part(bytes, header.bytes);
}

/** Reads up to `bytes.length` bytes from `offset`. @returns their number, or a negative errno. */
function readAt(calls: SystemCalls, fd: number, bytes: Uint8Array<ArrayBuffer>, offset: number): number {
  return calls.result(calls.symbols.pread64(NUMBER.pread64, fd, bytes, bytes.length, address(offset)));
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
