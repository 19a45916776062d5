/**
 * A program of a guest.
 *
 * @module
 */

import type { AttachTarget, BpfLink, BpfProgram } from "../../ffi/mod.ts";
import type { GuestLinks } from "./guest_links.ts";
import type { AttachPlace, AttachPoint, ProgramDescription } from "./requests.ts";

/** Attaches a program to a target; by default to the one in its section name. */
export type Attach = (target?: AttachTarget) => BpfLink;

/** Checks the place of an attachment. @throws {BpfError} EPERM if the policy refuses it. */
export type CheckPoint = (point: AttachPoint) => void;

/** A program of a guest's object. No other code holds libbpf's program, so each attachment passes the gate. */
export class GuestProgram implements ProgramDescription {
  readonly name: string;
  readonly sectionName: string;
  readonly type: number;
  readonly expectedAttachType: number;
  readonly #program: BpfProgram;
  readonly #links: GuestLinks;

  constructor(program: BpfProgram, links: GuestLinks) {
    this.name = program.name;
    this.sectionName = program.sectionName;
    this.type = program.type;
    this.expectedAttachType = program.expectedAttachType;
    this.#program = program;
    this.#links = links;
  }

  /**
   * Attaches the program until its object is closed.
   *
   * @param reach finds the target at `place`, passes it to `check`, and calls `attach` with it. It is called only if the guest may attach
   * the program there.
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if the guest has too many links; the error of `reach`.
   */
  attach(place: AttachPlace, reach: (attach: Attach, check: CheckPoint) => BpfLink): BpfLink {
    const request = { kind: "attach", program: this, place } as const;
    return this.#links.add(request, () => {
      let checked: AttachPoint | undefined;
      const check: CheckPoint = (point) => {
        checked = point;
        this.#links.check({ ...request, point });
      };
      const beforeStaying = () => this.#links.check({ ...request, point: checked, stays: true });
      return reach(
        (target) => this.#program.attach(target?.kind === "tc" ? { ...target, beforeStaying } : target),
        check,
      );
    });
  }
}
