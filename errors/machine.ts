/**
 * The machines that this project runs on. BPF objects that read registers fit only one of them.
 *
 * @module
 */

/** A machine, as `Deno.build.arch` names it. */
export type Machine = "x86_64" | "aarch64";

/** The macro with which bpf_tracing.h chooses a machine's registers. */
const MACRO: Readonly<Record<Machine, string>> = { x86_64: "__TARGET_ARCH_x86", aarch64: "__TARGET_ARCH_arm64" };

/** The name of a machine with the compiler's option for it: "x86_64 (-D__TARGET_ARCH_x86)". */
export function describeMachine(machine: Machine): string {
  return `${machine} (-D${MACRO[machine]})`;
}
