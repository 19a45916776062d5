/**
 * Instructions of BPF, as far as the checks of objects name them (`linux/bpf.h`).
 *
 * @module
 */

/** The size of an instruction. */
export const INSTRUCTION_BYTES = 8;

/** `BPF_LD | BPF_IMM | BPF_DW`: loads a 64-bit immediate, in two instructions. */
export const LOAD_64 = 0x18;

/** `BPF_JMP | BPF_CALL`. Its source register may be 0 or {@link PSEUDO_CALL}. */
export const CALL = 0x85;

/** The source register of a call of the program's own function. */
export const PSEUDO_CALL = 1;

/** The source register of a call of a function of the kernel, by the id of its type. */
export const PSEUDO_KFUNC_CALL = 2;

/** The source register of the instruction at `offset` of `bytes`. */
export function sourceRegister(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + 1] ?? 0) >> 4;
}

/** The immediate of the instruction at `offset` of `bytes`: the number of a helper, a distance, a value. */
export function immediate(bytes: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(offset + 4, offset + INSTRUCTION_BYTES);
  return a | b << 8 | c << 16 | d << 24;
}
