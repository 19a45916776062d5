/**
 * Limits of the resources that a guest may hold at once, if they delay the host's exit or take memory that no other limit counts.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import type { PolicyLimits } from "./policy/guest_policy.ts";

/**
 * The default limit of a guest's links. Detaching a link can take the kernel 75 ms, in which the process handles no signal: the
 * kernel waits for every processor to leave the program, for one perf event after another. Most tools attach at most 40
 * programs. Some attach to hundreds of functions one by one; bpftrace's first limit for those was the same.
 */
export const DEFAULT_MAX_LINKS = 512;
/** The largest limit that a caller may set. A process cannot have more descriptors. */
export const LARGEST_MAX_LINKS = 1 << 20;

/** Most tools have one object, some have two or three. */
const MAX_OBJECTS = 64;
/** The total size of all objects. libbpf keeps a copy of each. */
export const MAX_OBJECT_BYTES = 1 << 28;
/** Buffers take kernel memory: a perf buffer needs 260 KiB for each processor. Tools have one to four. */
const MAX_BUFFERS = 64;
/** A share needs two mappings, and Linux allows a process 65,530. An object has up to four sections of variables. */
const MAX_SHARES = 512;

/** A limited number of resources of one kind. */
export class Allowance {
  readonly #noun: string;
  readonly #limit: number;
  readonly #hint: string | undefined;
  #held = 0;

  /** @param noun the plural name of the resource, for messages. */
  constructor(noun: string, limit: number, hint?: string) {
    this.#noun = noun;
    this.#limit = limit;
    this.#hint = hint;
  }

  /** Takes `count` resources. @throws {BpfError} EMFILE if fewer are left. */
  take(operation: Operation, count = 1): void {
    if (count > this.#limit - this.#held) {
      const wanted = count === 1 ? "" : ` wants ${count} more,`;
      throw new BpfError(operation, LINUX_ERRNO.EMFILE, {
        reason: `the guest has ${this.#held} ${this.#noun},${wanted} and may have ${this.#limit}`,
        hint: this.#hint,
      });
    }
    this.#held += count;
  }

  /** Returns `count` resources. */
  give(count = 1): void {
    this.#held -= count;
  }
}

/** All allowances of one guest. */
export class Allowances {
  readonly links: Allowance;
  readonly objects: Allowance;
  readonly objectBytes = new Allowance("bytes of objects", MAX_OBJECT_BYTES);
  readonly buffers: Allowance;
  readonly shares = new Allowance("shared maps", MAX_SHARES);
  /** Programs and maps that were loaded. Only a policy limits them. */
  readonly programs: Allowance;
  readonly maps: Allowance;
  readonly mapBytes: Allowance;

  constructor(limits: PolicyLimits = {}) {
    const { links = DEFAULT_MAX_LINKS, objects = MAX_OBJECTS, buffers = MAX_BUFFERS } = limits;
    this.links = new Allowance("links", links, "--max-links N allows more");
    this.objects = new Allowance("objects", objects);
    this.buffers = new Allowance("buffers", buffers);
    this.programs = new Allowance("programs", limits.programs ?? Infinity);
    this.maps = new Allowance("maps", limits.maps ?? Infinity);
    this.mapBytes = new Allowance("bytes of maps", limits.mapBytes ?? Infinity);
  }
}
