/**
 * Checks of `.BTF.ext`: its records lie inside the section, and are complete.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { BTF_EXT_PART, readBtfExt } from "../btf/btf_ext.ts";
import { INSTRUCTION_BYTES } from "../instructions.ts";
import type { ElfFile } from "../elf/elf.ts";
import type { BtfCheck } from "./btf_check.ts";
import type { RelocatedInstructions } from "./check_elf.ts";

/** The parts of an object whose `.BTF.ext` is checked. */
export interface CheckedParts {
  readonly elf: ElfFile;
  readonly btf: BtfCheck;
  readonly relocated: RelocatedInstructions;
}

/**
 * Checks the records. An instruction that libbpf adapts to the running kernel (CO-RE) may have no relocation: libbpf can turn it into a
 * call of an invalid function, and the relocation would turn that into a call of a function of the kernel.
 *
 * @throws {FormatError} when records are outside the section or are not complete, or an instruction is changed twice.
 */
export function checkBtfExt(bytes: Uint8Array, { elf, btf, relocated }: CheckedParts): void {
  for (const part of [BTF_EXT_PART.FUNCTIONS, BTF_EXT_PART.LINES]) {
    const records = readBtfExt(bytes, part);
    while (records.next().done !== true);
  }
  for (const { part, section, start, count, recordBytes } of readBtfExt(bytes, BTF_EXT_PART.RELOCATIONS)) {
    const name = btf.string(section);
    const offsets = elf.sections.filter((one) => one.name === name).flatMap(({ index }) => relocated.get(index) ?? []);
    for (let i = 0; i < count; i++) {
      const offset = part.u32(start + i * recordBytes);
      if (offset % INSTRUCTION_BYTES !== 0) part.fail(`relocation ${i} is inside an instruction`);
      if (!offsets.some((set) => set.has(offset))) continue;
      throw new FormatError("ELF", `section "${name}" has a relocation and a CO-RE relocation at ${offset}`);
    }
  }
}
