/**
 * Decides about each request of a guest: checks the policy, takes allowances, and counts the request.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { Allowance, Allowances } from "./allowances.ts";
import type { Counters } from "./counters.ts";
import { type GateRequest, type LoadRequest, operationOf, type Policy } from "./requests.ts";

/** An allowance that a request takes; 1 of it by default. */
export interface Charge {
  readonly allowance: Allowance;
  readonly count?: number;
}

/** Admits the requests of one guest. */
export class Admission {
  readonly allowances: Allowances;
  readonly counters: Counters;
  readonly #policy: Policy;

  constructor(options: { policy: Policy; allowances: Allowances; counters: Counters }) {
    this.#policy = options.policy;
    this.allowances = options.allowances;
    this.counters = options.counters;
  }

  /** True if the policy allows `request`. Does not count it. */
  allows(request: GateRequest): boolean {
    return this.#policy.refusal(request) === undefined;
  }

  /** Counts `request`. @throws {BpfError} EPERM if the policy refuses it. */
  pass(request: GateRequest): void {
    this.check(request);
    this.counters.allowed[request.kind]++;
  }

  /** Checks a request that {@link pass} gets later, or a part of it. @throws {BpfError} EPERM if the policy refuses it. */
  check(request: GateRequest): void {
    const refusal = this.#policy.refusal(request);
    if (refusal !== undefined) {
      this.counters.refused++;
      const details = typeof refusal === "string" ? { reason: refusal } : refusal;
      throw new BpfError(operationOf(request), LINUX_ERRNO.EPERM, details);
    }
  }

  /** The charges for programs and maps that are loaded. */
  chargesOf({ programs, maps }: LoadRequest): Charge[] {
    const { allowances } = this;
    return [
      { allowance: allowances.programs, count: programs.length },
      { allowance: allowances.maps, count: maps.length },
      { allowance: allowances.mapBytes, count: maps.reduce((sum, { bytes }) => sum + bytes, 0) },
    ];
  }

  /**
   * Passes `request`, takes `charges`, and calls `make`. If `make` fails, the charges are given back. Otherwise the caller gives them
   * back when it closes what `make` returned.
   *
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if an allowance is used up; the error of `make`.
   */
  admit<T>(request: GateRequest, charges: readonly Charge[], make: () => T): T {
    this.pass(request);
    using stack = new DisposableStack();
    for (const { allowance, count = 1 } of charges) {
      allowance.take(operationOf(request), count);
      stack.defer(() => allowance.give(count));
    }
    const made = make();
    stack.move();
    return made;
  }
}
