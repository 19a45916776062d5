/**
 * Checks of the variables of `.struct_ops`: libbpf copies their members and writes pointers into them.
 *
 * @module
 */

import { type ElfFile, SECTION_TYPE, SYMBOL_BIND, SYMBOL_TYPE } from "../elf/elf.ts";
import { relocationsOf } from "../elf/sections.ts";
import { type BtfCheck, KIND, type SectionEntry } from "./btf_check.ts";
import { isUsdtMap } from "./map_requests.ts";

const POINTER_BYTES = 8;
/** The linkage of a global variable (`BTF_VAR_GLOBAL_ALLOCATED`). */
const GLOBAL = 1;

/** @throws {FormatError} when a variable ends outside its section, or a member or a relocation outside its struct. */
export function checkStructOps(btf: BtfCheck, elf: ElfFile, section: string, id: number): void {
  const found = elf.sections.find(({ name }) => name === section);
  if (found === undefined) return;
  const variables: { start: number; sizeBytes: number }[] = [];
  for (const entry of btf.entries(id)) {
    const name = btf.name(entry.type);
    const struct = btf.resolve(btf.sizeOrType(entry.type));
    if (isUsdtMap(name)) btf.fail(`struct_ops "${name}" has the name of a map of bpf/usdt.bpf.h`);
    if (btf.kind(struct) !== KIND.STRUCT) btf.fail(`struct_ops "${name}" is not a struct`);
    const sizeBytes = btf.sizeOrType(struct);
    const start = startOf(btf, elf, id, entry);
    if (sizeBytes > found.bytes.length || start > found.bytes.length - sizeBytes) {
      btf.fail(`struct_ops "${name}" ends outside section "${section}"`);
    }
    checkMembers(btf, struct, name);
    variables.push({ start, sizeBytes });
  }
  for (const relocations of elf.sections) {
    if (relocations.type !== SECTION_TYPE.REL || relocations.info !== found.index) continue;
    for (const { offset } of relocationsOf(relocations)) {
      const isInside = variables.some(({ start, sizeBytes }) =>
        offset >= start && sizeBytes >= POINTER_BYTES && offset - start <= sizeBytes - POINTER_BYTES
      );
      if (!isInside) btf.fail(`a relocation at ${offset} is in no struct of section "${section}"`);
    }
  }
}

/** Compilers leave the size of the section and the offsets of its global variables 0. The symbols have the offsets. */
function startOf(btf: BtfCheck, elf: ElfFile, section: number, { type, offset }: SectionEntry): number {
  if (btf.sizeOrType(section) !== 0 || btf.member(type, 0, 0) !== GLOBAL) return offset;
  const name = btf.name(type);
  const symbol = elf.symbols.find((symbol) =>
    symbol.name === name && symbol.type === SYMBOL_TYPE.OBJECT && symbol.bind !== SYMBOL_BIND.LOCAL
  );
  return symbol?.value ?? offset;
}

/** libbpf ignores that the upper bits of a bit-field's offset hold its width, so bit-fields fail here. No struct_ops has one. */
function checkMembers(btf: BtfCheck, struct: number, name: string): void {
  const sizeBytes = btf.sizeOrType(struct);
  for (let i = 0; i < btf.length(struct); i++) {
    const size = btf.sizeOf(btf.member(struct, i, 1)) ?? 0;
    if (size > sizeBytes || Math.floor(btf.member(struct, i, 2) / 8) > sizeBytes - size) {
      btf.fail(`member "${btf.memberName(struct, i)}" of struct_ops "${name}" ends outside it`);
    }
  }
}
