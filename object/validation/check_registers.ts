/**
 * Checks that no program reads the registers of another machine.
 *
 * The context of kprobes, uprobes and perf events begins with the registers, in the layout of the machine. libbpf adapts programs
 * that were compiled with `vmlinux.h` (CO-RE), and refuses registers that this machine does not have. Programs that were compiled
 * with the headers of libc read at fixed offsets instead: on another machine they would run, and get other registers.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { describeMachine, type Machine } from "../../errors/machine.ts";
import { BTF_EXT_PART, readBtfExt } from "../btf/btf_ext.ts";
import type { ElfFile, ElfSection } from "../elf/elf.ts";
import { functionsBySection } from "../elf/sections.ts";
import { type BtfCheck, KIND } from "./btf_check.ts";
import { readsContext } from "./context_reads.ts";

/** Sections of programs whose context begins with registers. */
const HAS_REGISTERS = /^\??(([ku](ret)?probe|k(ret)?syscall|usdt)(\.|\/|$)|perf_event$)/;

/** @throws {FormatError} when a program reads registers at fixed offsets, and its types are not those of `machine`. */
export function checkRegisters(elf: ElfFile, btf: BtfCheck, machine: Machine): void {
  if (!elf.sections.some(({ name }) => HAS_REGISTERS.test(name))) return;
  const compiledFor = machineOf(btf);
  if (compiledFor === undefined || compiledFor === machine || (compiledFor === "other" && machine !== "x86_64")) return;
  for (const [index, functions] of functionsBySection(elf)) {
    const section = elf.sections[index];
    if (section === undefined || !HAS_REGISTERS.test(section.name)) continue;
    const adapted = adaptedInstructions(elf, btf, section);
    for (const { name, value, sizeBytes } of functions) {
      if (!readsContext(section.bytes, { start: value, end: value + sizeBytes, adapted })) continue;
      const other = compiledFor === "other" ? "another machine" : describeMachine(compiledFor);
      throw new FormatError(
        "ELF",
        `program "${name}" reads registers, and was compiled for ${other}; this machine is ${describeMachine(machine)}`,
      );
    }
  }
}

/**
 * The machine whose registers the types describe. The headers of x86_64 define `struct pt_regs`; those of other machines only declare
 * it ("other"). Undefined when no type names it.
 */
function machineOf(btf: BtfCheck): Machine | "other" | undefined {
  let declared = false;
  for (let id = 1; id < btf.count; id++) {
    const kind = btf.kind(id);
    if (kind !== KIND.STRUCT && kind !== KIND.FWD) continue;
    const name = btf.name(id);
    if (name !== "pt_regs" && name !== "user_pt_regs") continue;
    declared = true;
    if (kind === KIND.FWD) continue;
    for (let i = 0; i < btf.length(id); i++) {
      const member = btf.memberName(id, i);
      if (member === "di" || member === "rdi") return "x86_64";
      if (member === "pstate" || member === "orig_x0") return "aarch64";
    }
  }
  return declared ? "other" : undefined;
}

/** The offsets of the instructions of `section` that libbpf adapts to the running kernel. */
function adaptedInstructions(elf: ElfFile, btf: BtfCheck, section: ElfSection): Set<number> {
  const offsets = new Set<number>();
  const extension = elf.sections.find(({ name }) => name === ".BTF.ext");
  if (extension === undefined) return offsets;
  for (const records of readBtfExt(extension.bytes, BTF_EXT_PART.RELOCATIONS)) {
    const { part, section: name, start, count, recordBytes } = records;
    if (btf.string(name) !== section.name) continue;
    for (let i = 0; i < count; i++) offsets.add(part.u32(start + i * recordBytes));
  }
  return offsets;
}
