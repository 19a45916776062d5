/**
 * Checks of an object's instructions: none names a descriptor.
 *
 * The second register of a 16-byte load, or of a call, says what its number means: a map, a value in one, a BTF object, a
 * function of the kernel. Compilers leave it 0 in the file (1 for a call of the program's own function) and write a relocation;
 * libbpf puts both numbers in. A number that is in the file would be a descriptor of this process, whoever owns it, so it is
 * refused everywhere: with a relocation too, since libbpf leaves the register as it is for some kinds of symbols.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import type { ElfFile, ElfSection, ElfSymbol } from "./elf.ts";
import { functionsBySection } from "./validate_elf.ts";

const INSTRUCTION_BYTES = 8;

/** `BPF_LD | BPF_IMM | BPF_DW`: a number of 64 bits, in two instructions. */
const LOAD_64 = 0x18;
/** `BPF_JMP | BPF_CALL`, and what its second register may be: nothing, or `BPF_PSEUDO_CALL`. */
const CALL = 0x85;
const PSEUDO_CALL = 1;

/** By the second register of {@link LOAD_64} (`BPF_PSEUDO_*`), what the number would be. */
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
    const register = (bytes[at + 1] ?? 0) >> 4;
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
    if (at >= end) throw new FormatError("ELF", `${where} lacks its second half`);
  }
}
