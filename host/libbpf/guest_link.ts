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

/** `struct bpf_link`. Disposing destroys it, which detaches. */
export class GuestLink implements Disposable {
  /** The object that libbpf's link points into; undefined if the link may outlive its object. */
  readonly object: GuestObject | undefined;
  /** True after `bpf_link__disconnect`: the attachment stays until the guest ends. */
  isDisconnected = false;
  readonly #guest: GuestContext;
  #ref: NativeRef | undefined;
  #descriptor: { readonly fd: number; readonly entry: KernelDescriptor } | undefined;
  #result = 0;

  constructor(guest: GuestContext, ref: NativeRef, object: GuestObject | undefined) {
    this.#guest = guest;
    this.#ref = ref;
    this.object = object;
  }

  /** libbpf's link; undefined once it is destroyed. */
  get ref(): NativeRef | undefined {
    return this.#ref;
  }

  /** The result of destroying it: 0 or a negative errno. */
  get result(): number {
    return this.#result;
  }

  /** The guest's descriptor for the host's. It has the same number each time, unless the guest has closed it. */
  descriptor(hostFd: number): number {
    const { descriptors } = this.#guest;
    const known = this.#descriptor;
    if (known !== undefined && descriptors.find(known.fd) === known.entry) return known.fd;
    const entry = new KernelDescriptor("link", hostFd);
    const fd = descriptors.add(entry) ?? refuse("EMFILE");
    this.#descriptor = { fd, entry };
    return fd;
  }

  [Symbol.dispose](): void {
    const ref = this.#ref;
    if (ref === undefined) return;
    this.#ref = undefined;
    const { descriptors, gate } = this.#guest;
    const known = this.#descriptor;
    if (known !== undefined && descriptors.find(known.fd) === known.entry) descriptors.remove(known.fd);
    this.#result = gate.calls.destroyLink(ref);
  }
}
