/**
 * Finds out whether a BPF function reads its context at a fixed offset: by a load, or by a helper that copies memory.
 *
 * The context is the argument in register 1. The analysis follows it through registers and the stack, along every path.
 *
 * @module
 */

import { CALL, INSTRUCTION_BYTES, LOAD_64 } from "../instructions.ts";

/** A function in the code of a section. */
export interface FunctionRange {
  readonly start: number;
  readonly end: number;
  /** Offsets of instructions that libbpf adapts to the running kernel. */
  readonly adapted: ReadonlySet<number>;
}

/** The registers and stack slots that hold the context: bit N is register N, and bit 10 + N the slot at -8 * N. */
type Holders = bigint;

const CONTEXT: Holders = 1n << 1n;
const FRAME = 10;
const STACK_BYTES = 512;
/** Registers 0 to 5, which a call overwrites. */
const OVERWRITTEN: Holders = 0x3fn;

/** The classes of instructions, and the opcodes that matter here. */
const CLASS = { LDX: 1, ST: 2, STX: 3, JMP: 5, JMP32: 6 } as const;
const OPCODE = {
  LOAD_DW: 0x79,
  STORE_DW: 0x7b,
  MOV: 0xbf,
  ADD_K: 0x07,
  JA: 0x05,
  JA_32: 0x06,
  EXIT: 0x95,
};

/** `bpf_probe_read` and its variants: the third argument is the address of the source. */
const COPYING_HELPERS: ReadonlySet<number> = new Set([4, 45, 112, 113, 114, 115]);

interface Instruction {
  readonly at: number;
  readonly code: number;
  readonly to: number;
  readonly from: number;
  readonly offset: number;
  readonly immediate: number;
}

/** True when the function reads its context by an instruction that libbpf does not adapt. */
export function readsContext(code: Uint8Array, { start, end, adapted }: FunctionRange): boolean {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const known = new Map<number, Holders>([[start, CONTEXT]]);
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const holders = known.get(at) ?? 0n;
    const instruction = decode(view, at);
    if (!adapted.has(at) && readsHere(instruction, holders)) return true;
    const after = step(instruction, holders);
    for (const next of successors(instruction)) {
      if (next < start || next >= end) continue;
      const before = known.get(next);
      const all = (before ?? 0n) | after;
      if (all === before) continue;
      known.set(next, all);
      pending.push(next);
    }
  }
  return false;
}

function decode(view: DataView, at: number): Instruction {
  const registers = view.getUint8(at + 1);
  return {
    at,
    code: view.getUint8(at),
    to: registers & 15,
    from: registers >> 4,
    offset: view.getInt16(at + 2, true),
    immediate: view.getInt32(at + 4, true),
  };
}

function readsHere({ code, to, from, immediate }: Instruction, holders: Holders): boolean {
  if ((code & 7) === CLASS.LDX) return holds(holders, from);
  // The address of a register, for a helper that copies it.
  if (code === OPCODE.ADD_K) return immediate !== 0 && holds(holders, to);
  return code === CALL && from === 0 && COPYING_HELPERS.has(immediate) && holds(holders, 3);
}

/** The holders after an instruction. */
function step({ code, to, from, offset, immediate }: Instruction, holders: Holders): Holders {
  switch (code & 7) {
    case CLASS.STX:
    case CLASS.ST: {
      if (to !== FRAME) return holders;
      return set(holders, slot(offset), code === OPCODE.STORE_DW && holds(holders, from));
    }
    case CLASS.JMP:
    case CLASS.JMP32:
      return code === CALL ? holders & ~OVERWRITTEN : holders;
  }
  if (code === OPCODE.MOV) return set(holders, to, offset === 0 && holds(holders, from));
  if (code === OPCODE.LOAD_DW && from === FRAME) return set(holders, to, holds(holders, slot(offset)));
  if (code === OPCODE.ADD_K && immediate === 0) return holders;
  return set(holders, to, false);
}

function successors({ at, code, offset, immediate }: Instruction): number[] {
  const next = at + INSTRUCTION_BYTES;
  if (code === OPCODE.EXIT) return [];
  if (code === LOAD_64) return [next + INSTRUCTION_BYTES];
  if (code === OPCODE.JA) return [next + offset * INSTRUCTION_BYTES];
  if (code === OPCODE.JA_32) return [next + immediate * INSTRUCTION_BYTES];
  const jumps = (code & 7) === CLASS.JMP || (code & 7) === CLASS.JMP32;
  return jumps && code !== CALL ? [next, next + offset * INSTRUCTION_BYTES] : [next];
}

/** The bit of the stack slot at `offset` from the frame's end; -1 outside the stack. */
function slot(offset: number): number {
  return offset < 0 && offset >= -STACK_BYTES ? FRAME + Math.ceil(-offset / 8) : -1;
}

function holds(holders: Holders, bit: number): boolean {
  return bit >= 0 && (holders >> BigInt(bit) & 1n) === 1n;
}

function set(holders: Holders, bit: number, value: boolean): Holders {
  if (bit < 0) return holders;
  const mask = 1n << BigInt(bit);
  return value ? holders | mask : holders & ~mask;
}
