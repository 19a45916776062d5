/**
 * Checks that no instruction of an object names a descriptor.
 *
 * The source register of a 16-byte load or of a call defines the meaning of its immediate: a map, a value in a map, a BTF object, or
 * a kernel function. Compilers leave the register 0 in the file (1 for a call of the program's own function) and write a relocation;
 * libbpf then sets both. A register that is set in the file would make the immediate a descriptor of this process, which need not
 * belong to the guest. It is refused even under a relocation, because libbpf keeps the register for some kinds of symbols.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import type { ElfFile, ElfSection, ElfSymbol } from "../elf/elf.ts";
import { functionsBySection } from "../elf/sections.ts";
import { CALL, INSTRUCTION_BYTES, LOAD_64, PSEUDO_CALL, sourceRegister } from "../instructions.ts";

/** The meaning of the immediate of {@link LOAD_64}, by the source register (`BPF_PSEUDO_*`). */
const LOADED = [
  "a number",
  "the descriptor of a map",
  "the descriptor of a map",
  "the descriptor of a BTF object",
  "a function",
  "the index of a map",
  "the index of a map",
];

/** @throws {FormatError} when an instruction names a descriptor, or a function ends with half an instruction. */
export function checkCode(elf: ElfFile): void {
  for (const [index, functions] of functionsBySection(elf)) {
    const section = elf.sections[index];
    if (section === undefined) continue;
    for (const symbol of functions) checkFunction(section, symbol);
  }
}

function checkFunction({ bytes }: ElfSection, { name, value: start, sizeBytes }: ElfSymbol): void {
  const end = start + sizeBytes;
  for (let at = start; at < end; at += INSTRUCTION_BYTES) {
    const code = bytes[at];
    if (code !== LOAD_64 && code !== CALL) continue;
    const register = sourceRegister(bytes, at);
    const where = `instruction ${(at - start) / INSTRUCTION_BYTES} of function "${name}"`;
    if (code === CALL) {
      if (register > PSEUDO_CALL) throw new FormatError("ELF", `${where} calls a function of the kernel by number`);
      continue;
    }
    if (register !== 0) {
      throw new FormatError(
        "ELF",
        `${where} loads ${LOADED[register] ?? `a number of kind ${register}`}, with no symbol`,
      );
    }
    at += INSTRUCTION_BYTES;
    // Otherwise libbpf could apply a relocation to it, as to an instruction of its own.
    if (at < end && bytes[at] !== 0) throw new FormatError("ELF", `${where} has another one in its second half`);
    if (at >= end) throw new FormatError("ELF", `${where} lacks its second half`);
  }
}
