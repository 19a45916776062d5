/**
 * Programs.
 *
 * @module
 */

import type { AttachTarget } from "./attach_target.ts";
import type { BpfLink } from "./link.ts";

/** `struct bpf_program`. Lives as long as its object. */
export interface BpfProgram {
  /** The name of its function. */
  readonly name: string;
  /** The name of its section, which determines its kind: "tp/sched/sched_switch", "xdp", ... */
  readonly sectionName: string;
  /** A value of {@link ProgramType}. */
  readonly type: number;
  /** A value of {@link AttachType}. */
  readonly expectedAttachType: number;
  /** The kernel's descriptor. @throws {BpfError} EINVAL when the program is not loaded. */
  readonly fd: number;
  /** True when `load` loads this program into the kernel. Set it only before `load`. */
  autoload: boolean;
  /** Attaches the program. The caller owns the link. @throws {BpfError} */
  attach(target?: AttachTarget): BpfLink;
}
