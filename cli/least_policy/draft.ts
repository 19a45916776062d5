/**
 * A policy that grows with each thing that a module needs.
 *
 * @module
 */

import { DEFAULT_POLICY, type GuestPolicy } from "../../host/core/policy/guest_policy.ts";

type KeyOf<Value> = { [K in keyof GuestPolicy]: Value extends GuestPolicy[K] ? K : never }[keyof GuestPolicy];

/** Keys whose values are lists. */
export type ListKey = KeyOf<string[]>;

/** Keys whose values are true or false. */
export type SwitchKey = KeyOf<false>;

/** A policy that allows nothing at first. */
export class PolicyDraft {
  readonly #lists = new Map<string, Set<string> | true>();
  readonly #switches = new Set<string>();
  readonly #remarks = new Map<string, Set<string>>();

  /** Allows a name. Every name stands for an empty one, which policies cannot have. */
  add(key: ListKey, name: string): void {
    const list = this.#lists.get(key) ?? new Set();
    if (list === true) return;
    list.add(name === "" ? "*" : name);
    this.#lists.set(key, list);
  }

  /** Allows everything, for the reason in `remark`. */
  allowAll(key: ListKey, remark: string): void {
    this.#lists.set(key, true);
    this.remark(key, remark);
  }

  /** Allows every name by a pattern that a reader can narrow. */
  leaveOpen(key: ListKey, remark: string): void {
    this.add(key, "*");
    this.remark(key, remark);
  }

  permit(key: SwitchKey): void {
    this.#switches.add(key);
  }

  /** Adds a remark for the reader to a key of the file. */
  remark(key: string, remark: string): void {
    this.#remarks.set(key, (this.#remarks.get(key) ?? new Set()).add(remark));
  }

  /** The keys of policies in their order, each with its value and its remarks. */
  *entries(): Generator<{ key: string; value: unknown; remarks: readonly string[] }> {
    for (const [key, usual] of Object.entries(DEFAULT_POLICY)) {
      if (key === "limits") continue;
      const isList = usual === true && !this.#isSwitch(key) || Array.isArray(usual);
      yield { key, value: isList ? this.#listOf(key) : this.#switches.has(key), remarks: this.remarksOf(key) };
    }
  }

  /** The remarks on a key. */
  remarksOf(key: string): readonly string[] {
    return [...this.#remarks.get(key) ?? []];
  }

  #isSwitch(key: string): boolean {
    return key === "perfEvents" || key === "packetSockets";
  }

  /** A pattern for all names makes the others superfluous. */
  #listOf(key: string): true | string[] {
    const list = this.#lists.get(key) ?? new Set();
    if (list === true) return true;
    return list.has("*") ? ["*"] : [...list].sort();
  }
}
