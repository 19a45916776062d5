/**
 * A link of a guest, by its handle.
 *
 * @module
 */

import type { NativeRef } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { KernelDescriptor } from "../core/descriptors.ts";
import type { GuestObject } from "../core/guest_object.ts";
import { refuse } from "../core/refusal.ts";

/** A link as the host holds it. */
export interface HeldLink {
  /** libbpf's link; undefined for an attachment without one. */
  readonly ref: NativeRef | undefined;
  /** Detaches and frees it, and returns it to the allowance. @returns 0 or a negative errno. */
  readonly destroy: () => number;
}

/** `struct bpf_link`. Disposing destroys it, which detaches. */
export class GuestLink implements Disposable {
  /** The object that libbpf's link points into; undefined if the link may outlive its object. */
  readonly object: GuestObject | undefined;
  /** True after `bpf_link__disconnect`: the attachment stays until the guest ends. */
  isDisconnected = false;
  /** True for a link of a struct_ops map, for which libbpf has a larger struct. */
  readonly isStructOps: boolean;
  readonly #guest: GuestContext;
  #held: HeldLink | undefined;
  /** Its only entry in the guest's table. The guest can close it and move it to another number. */
  #descriptor: KernelDescriptor | undefined;
  #result = 0;

  constructor(
    guest: GuestContext,
    held: HeldLink,
    { object, isStructOps = false }: { object: GuestObject | undefined; isStructOps?: boolean },
  ) {
    this.isStructOps = isStructOps;
    this.#guest = guest;
    this.#held = held;
    this.object = object;
  }

  /** libbpf's link; undefined once it is destroyed, and for an attachment without one. */
  get ref(): NativeRef | undefined {
    return this.#held?.ref;
  }

  /** The result of destroying it: 0 or a negative errno. */
  get result(): number {
    return this.#result;
  }

  /** The guest's descriptor for the host's. It has the same number each time, unless the guest has closed it. */
  descriptor(hostFd: number): number {
    const { descriptors } = this.#guest;
    const entry = this.#descriptor ??= new KernelDescriptor("link", hostFd);
    return descriptors.numberOf(entry) ?? descriptors.add(entry) ?? refuse("EMFILE");
  }

  [Symbol.dispose](): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    if (this.#descriptor !== undefined) this.#guest.descriptors.forget(this.#descriptor);
    this.#result = held.destroy();
  }
}
