/**
 * How much a guest may hold at once, of what makes the host's end slow or takes memory that no other limit counts.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../errors.ts";

/**
 * Links of a guest, if the caller names no other number. Detaching one can take the kernel 75 ms, during which the process
 * heeds no signal: it waits for every processor to leave the program, and does so for one perf event after the other. Real tools
 * attach some 40 programs at most; for those that attach to hundreds of functions one by one, bpftrace began with this limit.
 */
export const DEFAULT_MAX_LINKS = 512;
/** The largest number that a caller may choose: a process has no more descriptors. */
export const LARGEST_MAX_LINKS = 1 << 20;

/** Tools have one object, some two or three. */
const MAX_OBJECTS = 64;
/** Bytes of all objects. libbpf keeps a copy of each. */
const MAX_OBJECT_BYTES = 1 << 28;
/** Each is kernel memory: a perf buffer takes 260 KiB for each processor. Tools have one to four. */
const MAX_BUFFERS = 64;
/** Each is two mappings, of which Linux gives a process 65,530. An object has up to four sections of variables. */
const MAX_SHARES = 512;

/** A number of one kind of thing. */
export class Allowance {
  readonly #noun: string;
  readonly #limit: number;
  readonly #hint: string | undefined;
  #held = 0;

  /** @param noun in the plural. */
  constructor(noun: string, limit: number, hint?: string) {
    this.#noun = noun;
    this.#limit = limit;
    this.#hint = hint;
  }

  /** Takes `count` of what is left. @throws {BpfError} EMFILE when less is left. */
  take(operation: string, count = 1): void {
    if (count > this.#limit - this.#held) {
      throw new BpfError(operation, LINUX_ERRNO.EMFILE, {
        log: [`the guest has ${this.#held} ${this.#noun}, and may have ${this.#limit}`],
        hint: this.#hint,
      });
    }
    this.#held += count;
  }

  /** Gives back what was taken. */
  give(count = 1): void {
    this.#held -= count;
  }
}

/** All allowances of one guest. */
export class Allowances {
  readonly links: Allowance;
  readonly objects = new Allowance("objects", MAX_OBJECTS);
  readonly objectBytes = new Allowance("bytes of objects", MAX_OBJECT_BYTES);
  readonly buffers = new Allowance("buffers", MAX_BUFFERS);
  readonly shares = new Allowance("shared maps", MAX_SHARES);

  constructor(maxLinks: number = DEFAULT_MAX_LINKS) {
    this.links = new Allowance("links", maxLinks, "--max-links N allows more");
  }
}
