/**
 * The checks that an object must pass before libbpf reads it.
 *
 * In some places libbpf does not check offsets and sizes of an object, and it passes numbers to the kernel that can name descriptors
 * of this process. The patches in scripts/patches/ fix this project's libbpf. Users can also choose their distribution's, so
 * everything is checked here first. Each check is one linear pass, and accepts every object that compilers make.
 *
 * @module
 */

import type { Machine } from "../../errors/machine.ts";
import { FormatError } from "../../errors/mod.ts";
import { type ElfFile, type ElfSection, parseElf, SECTION_TYPE } from "../elf/elf.ts";
import { MAP_FLAG, MapType } from "../bpf_numbers.ts";
import { BtfCheck } from "./btf_check.ts";
import { checkBtfExt } from "./check_btf_ext.ts";
import { checkCode } from "./check_code.ts";
import { checkSection } from "./check_data_sections.ts";
import { checkRelocations, checkSections, checkSymbols, type RelocatedInstructions } from "./check_elf.ts";
import { checkRegisters } from "./check_registers.ts";
import { type MapRequest, readMapRequests } from "./map_requests.ts";

/** Options of {@link validateObject}. */
export interface ValidationOptions {
  /** Refuses programs that read the registers of another machine. */
  readonly machine?: Machine | undefined;
}

/** The parsed parts of an object that passed the checks. */
export interface ObjectContents {
  readonly elf: ElfFile;
  /** Undefined for an object without types. */
  readonly btf: BtfCheck | undefined;
  /** The maps of ".maps", in the order of the types. */
  readonly maps: readonly MapRequest[];
}

/** Features of an object that need the loader's permission or support. */
export interface ObjectRequests {
  /** The full names of the maps to pin (LIBBPF_PIN_BY_NAME). */
  readonly pinnedMaps: readonly string[];
  /** The names of the arenas whose address the object chooses. */
  readonly placedArenas: readonly string[];
  readonly contents: ObjectContents;
}

/**
 * Checks everything in an object that libbpf uses unchecked, and that no instruction names a descriptor.
 *
 * ```ts
 * import { validateObject } from "./validate_object.ts";
 *
 * function mayBePinned(object: Uint8Array): readonly string[] {
 *   return validateObject(object).pinnedMaps;
 * }
 * ```
 *
 * @throws {FormatError} when the object is damaged or malicious, or was compiled for another machine.
 */
export function validateObject(bytes: Uint8Array, { machine }: ValidationOptions = {}): ObjectRequests {
  const elf = parseElf(bytes);
  checkSections(elf);
  checkSymbols(elf);
  const relocated = checkRelocations(elf);
  checkCode(elf);
  const contents = checkTypes(elf, relocated, machine);
  const { maps } = contents;
  return {
    pinnedMaps: maps.filter(({ pinned }) => pinned).map(({ name }) => name),
    placedArenas: maps.filter(({ type, extra }) => type === MapType.ARENA && extra !== 0n).map(({ name }) => name),
    contents,
  };
}

function checkTypes(
  elf: ElfFile,
  relocated: RelocatedInstructions,
  machine: Machine | undefined,
): ObjectContents {
  const types = sectionNamed(elf, ".BTF");
  const btf = types === undefined ? undefined : new BtfCheck(types.bytes);
  const extension = sectionNamed(elf, ".BTF.ext");
  if (btf !== undefined && extension !== undefined) checkBtfExt(extension.bytes, { elf, btf, relocated });
  if (btf !== undefined && machine !== undefined) checkRegisters(elf, btf, machine);
  const maps = btf === undefined ? [] : checkTypeSections(btf, elf);
  if (elf.sections.some(({ name, sizeBytes }) => name === ".addr_space.1" && sizeBytes > 0)) checkArena(maps);
  return { elf, btf, maps };
}

/** Checks the sections that types describe. @returns the maps of ".maps". */
function checkTypeSections(btf: BtfCheck, elf: ElfFile): readonly MapRequest[] {
  for (const id of btf.sections) checkSection(btf, elf, id);
  return readMapRequests(btf, btf.sections.filter((id) => btf.name(id) === ".maps"));
}

/** libbpf writes the variables to the beginning of the arena, and would crash if the arena is missing or not writable. */
function checkArena(maps: readonly MapRequest[]): void {
  const arena = maps.find(({ type }) => type === MapType.ARENA);
  if (arena === undefined) throw new FormatError("ELF", "it has arena variables and no arena");
  if ((arena.flags & MAP_FLAG.BPF_F_SEGV_ON_FAULT) !== 0) {
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
