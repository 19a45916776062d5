/**
 * Programs.
 *
 * @module
 */

import type { AttachTarget } from "./attach_target.ts";
import type { BpfLink } from "./link.ts";

/**
 * `struct bpf_program`. Lives as long as its object.
 *
 * @example
 * ```ts
 * import { openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * using object = libbpf.openObject(Deno.readFileSync("examples/bootstrap/bootstrap.bpf.o"));
 * // Loads one program, and leaves the other out.
 * for (const program of object.programs()) program.autoload = program.name === "handle_exec";
 * object.load();
 * using link = object.findProgram("handle_exec")?.attach();
 * ```
 */
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
  /**
   * Attaches. The caller disposes the link; disposal of the object does it too.
   *
   * Needs the privileges for loading. Some kinds need one more: CAP_SYS_ADMIN for uprobes and USDT probes, CAP_NET_RAW for socket
   * filters, CAP_NET_ADMIN for cgroup_skb programs.
   *
   * @param target by default the one in the section name.
   * @throws {BpfError} EPERM without the privileges; ENOENT when the target does not exist; EINVAL when the section names no target,
   * or the program cannot be attached to this kind; another errno of the kernel.
   * @see https://docs.kernel.org/bpf/libbpf/program_types.html the section names
   */
  attach(target?: AttachTarget): BpfLink;
}
