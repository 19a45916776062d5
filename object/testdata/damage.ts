/**
 * Damages files for tests, in a reproducible way.
 *
 * @module
 */

import { parseElf } from "../elf/elf.ts";

/** Pseudo-random numbers from a seed, so that a failure can be reproduced. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * limit);
  }
}

/** Values that programs often handle badly. */
const NASTY = [0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x01000000];

/** A damaged copy: some bytes, words or ranges changed, or its end cut off. */
export function damage(
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
  to: number,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const changes = 1 + random.below(8);
  for (let i = 0; i < changes; i++) {
    const at = from + random.below(Math.max(1, to - from - 8));
    switch (random.below(5)) {
      case 0:
        copy[at] = random.below(256);
        break;
      case 1:
        view.setUint32(at & ~3, NASTY[random.below(NASTY.length)] ?? 0, true);
        break;
      case 2:
        view.setUint32(at & ~3, random.below(200), true);
        break;
      case 3:
        view.setBigUint64(at & ~7, BigInt.asUintN(64, -BigInt(random.below(100))), true);
        break;
      default:
        copy.copyWithin(at, from + random.below(to - from), from + random.below(to - from));
    }
  }
  return random.below(20) === 0 ? copy.slice(0, random.below(copy.length)) : copy;
}

/** Ranges in which damage to an object has most effect: headers, types, symbols and strings; and the whole file. */
export function soreSpots(object: Uint8Array): { from: number; to: number }[] {
  const { sections } = parseElf(object);
  return [
    { from: 0, to: 64 },
    { from: object.length - sections.length * 64, to: object.length },
    ...sections
      .filter(({ name }) => [".BTF", ".BTF.ext", ".symtab", ".strtab", ".maps"].includes(name))
      .flatMap(({ name, offset, sizeBytes }) =>
        Array(name === ".BTF" ? 4 : 1).fill({ from: offset, to: offset + sizeBytes })
      ),
    { from: 0, to: object.length },
  ];
}
