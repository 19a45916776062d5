/**
 * The attachments of one object of a guest.
 *
 * @module
 */

import type { BpfLink } from "../../ffi/mod.ts";
import type { Admission } from "./admission.ts";
import type { GateRequest } from "./requests.ts";

/** The links of one object. Disposing detaches them, newest first. */
export class GuestLinks implements Disposable {
  readonly #admission: Admission;
  readonly #links: BpfLink[] = [];

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  /**
   * Adds the link that `attach` creates. A link with many probes (`kprobe.multi`) counts as one.
   *
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if the guest has too many links; the error of `attach`.
   */
  add(request: GateRequest, attach: () => BpfLink): BpfLink {
    const { links } = this.#admission.allowances;
    const link = this.#admission.admit(request, [{ allowance: links }], attach);
    this.#links.push(link);
    return link;
  }

  /** Checks a part of a request, see {@link Admission.check}. */
  check(request: GateRequest): void {
    this.#admission.check(request);
  }

  [Symbol.dispose](): void {
    for (const link of this.#links.splice(0).reverse()) {
      link[Symbol.dispose]();
      this.#admission.allowances.links.give();
    }
  }
}
