/**
 * The checks that an object must pass before libbpf sees it.
 *
 * libbpf trusts offsets and sizes of an object in some places, and passes on what looks like a descriptor of this process.
 * The patches in scripts/patches/ mend our own libbpf. People also bring their distribution's, so everything is checked here
 * first. Each check is one linear pass; an object that compilers make passes.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { type ElfFile, type ElfSection, parseElf, SECTION_TYPE } from "./elf.ts";
import { BtfCheck, type MapRequest } from "./validate_btf.ts";
import { checkBtfExt } from "./validate_btf_ext.ts";
import { checkCode } from "./validate_code.ts";
import { checkRelocations, checkSections, checkSymbols } from "./validate_elf.ts";

/** What a checked object asks its loader for, beyond programs and maps that end with it. */
export interface ObjectRequests {
  /** The names of the maps to pin (LIBBPF_PIN_BY_NAME): whole, as the object has them. */
  readonly pinnedMaps: readonly string[];
  /** The names of the arenas that are to be mapped at an address of the object's choice. */
  readonly placedArenas: readonly string[];
}

/**
 * Checks everything in an object that libbpf relies on without a check of its own, and that no instruction names a descriptor.
 *
 * ```ts
 * import { validateObject } from "./validate.ts";
 *
 * function mayBePinned(object: Uint8Array): readonly string[] {
 *   return validateObject(object).pinnedMaps;
 * }
 * ```
 *
 * @throws {FormatError} when the object is damaged, or made to mislead its loader.
 */
export function validateObject(bytes: Uint8Array): ObjectRequests {
  const elf = parseElf(bytes);
  checkSections(elf);
  checkSymbols(elf);
  checkRelocations(elf);
  checkCode(elf);
  const maps = checkTypes(elf);
  return {
    pinnedMaps: maps.filter(({ pinned }) => pinned).map(({ name }) => name),
    placedArenas: maps.filter(({ type, extra }) => type === ARENA && extra !== 0n).map(({ name }) => name),
  };
}

/** `BPF_MAP_TYPE_ARENA` and its flag (linux/bpf.h). */
const ARENA = 33;
const BPF_F_SEGV_ON_FAULT = 1 << 17;

function checkTypes(elf: ElfFile): readonly MapRequest[] {
  const types = sectionNamed(elf, ".BTF");
  const btf = types === undefined ? undefined : new BtfCheck(types.bytes, elf);
  const extension = sectionNamed(elf, ".BTF.ext");
  if (btf !== undefined && extension !== undefined) checkBtfExt(extension.bytes);
  const maps = btf?.maps ?? [];
  if (elf.sections.some(({ name, sizeBytes }) => name === ".addr_space.1" && sizeBytes > 0)) checkArena(maps);
  return maps;
}

/** libbpf writes the first bytes of an arena that has variables. */
function checkArena(maps: readonly MapRequest[]): void {
  const arena = maps.find(({ type }) => type === ARENA);
  if (arena === undefined) throw new FormatError("ELF", "it has arena variables and no arena");
  if ((arena.flags & BPF_F_SEGV_ON_FAULT) !== 0) {
    throw new FormatError(
      "ELF",
      `arena "${arena.name}" has variables, and BPF_F_SEGV_ON_FAULT, with which none can be written`,
    );
  }
}

function sectionNamed(elf: ElfFile, name: string): ElfSection | undefined {
  const section = elf.sections.find((section) => section.name === name);
  if (section !== undefined && section.type !== SECTION_TYPE.PROGBITS) {
    throw new FormatError("ELF", `section "${name}" has type ${section.type}`);
  }
  return section;
}
