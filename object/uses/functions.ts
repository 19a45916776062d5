/**
 * Reads the functions of an object, and what each one names: helpers, kernel functions, and other functions of the object.
 *
 * The rules are libbpf's (`bpf_object__reloc_code()`): a called function is in `.text`, and a relocation or the instruction itself
 * says where.
 *
 * @module
 */

import { type ElfFile, type ElfSection, type ElfSymbol, SECTION_TYPE } from "../elf/elf.ts";
import { functionsBySection, isCode, relocationsOf } from "../elf/sections.ts";
import { CALL, immediate, INSTRUCTION_BYTES, LOAD_64, sourceRegister } from "../instructions.ts";
import { isExtern } from "../refusals/externs.ts";
import { type BtfCheck, KIND } from "../validation/btf_check.ts";
import type { ObjectContents } from "../validation/validate_object.ts";

/** A function: a program, or a subprogram that programs call. */
export interface BpfFunction {
  readonly name: string;
  readonly section: ElfSection;
  /** The range of its bytes in the section. */
  readonly start: number;
  readonly end: number;
  /** The numbers of the helpers that it calls. */
  readonly helpers: Set<number>;
  /** The names of the kernel functions that it calls. */
  readonly kfuncs: Set<string>;
  /** The functions of the object that it calls, or passes to the kernel as callbacks. */
  readonly callees: Set<BpfFunction>;
}

/** The beginning of a tag that names the function which handles the exceptions of a program. */
const EXCEPTION_CALLBACK = "exception_callback:";

/** The functions, sorted by section and offset. */
export function readFunctions({ elf, btf }: ObjectContents): BpfFunction[] {
  const functions = findFunctions(elf);
  const names = namesInCode(elf);
  const text = textFunctions(functions);
  for (const one of functions) readCalls(one, names.get(one.section.index), text);
  if (btf !== undefined) addExceptionCallbacks(functions, btf);
  return functions;
}

function findFunctions(elf: ElfFile): BpfFunction[] {
  const functions: BpfFunction[] = [];
  for (const [index, symbols] of functionsBySection(elf)) {
    const section = elf.sections[index];
    if (section === undefined) continue;
    for (const { name, value, sizeBytes } of symbols) {
      functions.push({
        name,
        section,
        start: value,
        end: value + sizeBytes,
        helpers: new Set(),
        kfuncs: new Set(),
        callees: new Set(),
      });
    }
  }
  return functions.sort((a, b) => a.section.index - b.section.index || a.start - b.start);
}

/** The functions of `.text`, by the index of each of their instructions. No two overlap. */
function textFunctions(functions: readonly BpfFunction[]): BpfFunction[] {
  const byInstruction: BpfFunction[] = [];
  for (const one of functions) {
    if (one.section.name !== ".text") continue;
    for (let at = one.start; at < one.end; at += INSTRUCTION_BYTES) byInstruction[at / INSTRUCTION_BYTES] = one;
  }
  return byInstruction;
}

/** The symbols that instructions name, by the offset of the instruction. */
type NamedSymbols = ReadonlyMap<number, readonly ElfSymbol[]>;

/** By the index of a section of code: the externs and the functions of `.text` that its instructions name. */
function namesInCode(elf: ElfFile): ReadonlyMap<number, NamedSymbols> {
  const text = elf.sections.find((section) => section.name === ".text" && isCode(section))?.index;
  const names = new Map<number, Map<number, ElfSymbol[]>>();
  for (const section of elf.sections) {
    const target = elf.sections[section.info];
    if (section.type !== SECTION_TYPE.REL || target === undefined || !isCode(target)) continue;
    const inSection = names.get(target.index) ?? new Map<number, ElfSymbol[]>();
    names.set(target.index, inSection);
    for (const { offset, symbol: index } of relocationsOf(section)) {
      const symbol = elf.symbols[index];
      if (symbol === undefined || (symbol.section !== text && !isExtern(symbol))) continue;
      const others = inSection.get(offset);
      if (others === undefined) inSection.set(offset, [symbol]);
      else others.push(symbol);
    }
  }
  return names;
}

function readCalls(caller: BpfFunction, names: NamedSymbols | undefined, text: readonly BpfFunction[]): void {
  const { section: { bytes }, start, end } = caller;
  const call = (instruction: number) => {
    const callee = text[instruction];
    if (callee !== undefined) caller.callees.add(callee);
  };
  for (let at = start; at < end; at += INSTRUCTION_BYTES) {
    const code = bytes[at];
    if (code !== CALL && code !== LOAD_64) continue;
    const number = immediate(bytes, at);
    const symbols = names?.get(at);
    if (code === LOAD_64) {
      // The address of a function is a callback's.
      for (const symbol of symbols ?? []) {
        if (!isExtern(symbol)) call((offsetOf(symbol) + number) / INSTRUCTION_BYTES);
      }
      continue;
    }
    const isHelper = sourceRegister(bytes, at) === 0;
    if (isHelper) caller.helpers.add(number);
    else if (symbols === undefined) call(at / INSTRUCTION_BYTES + number + 1);
    for (const symbol of symbols ?? []) {
      // libbpf makes a call of a kernel function from any call with such a symbol, also from that of a helper.
      if (isExtern(symbol)) caller.kfuncs.add(kernelName(symbol.name));
      else if (!isHelper) call(offsetOf(symbol) / INSTRUCTION_BYTES + number + 1);
    }
  }
}

/** The offset as libbpf stores it, in 32 bits. */
function offsetOf({ value }: ElfSymbol): number {
  return value | 0;
}

/** The name that libbpf looks up in the kernel's types: without a flavor, which follows the last three underscores. */
function kernelName(name: string): string {
  return /^(.*[^_])___[^_]/s.exec(name)?.[1] ?? name;
}

function addExceptionCallbacks(functions: readonly BpfFunction[], btf: BtfCheck): void {
  for (let id = 1; id < btf.count; id++) {
    if (btf.kind(id) !== KIND.DECL_TAG) continue;
    const tag = btf.name(id);
    if (!tag.startsWith(EXCEPTION_CALLBACK)) continue;
    const program = btf.name(btf.sizeOrType(id));
    const callbacks = functions.filter(({ name }) => name === tag.slice(EXCEPTION_CALLBACK.length));
    for (const one of functions) {
      if (one.name === program) callbacks.forEach((callback) => one.callees.add(callback));
    }
  }
}
