/**
 * The effects that programs can have on the machine.
 *
 * @module
 */

/** An effect of a program. */
export type Effect =
  /** Changes, redirects, drops or steers packets or connections. */
  | "network"
  /** Denies operations of other processes, or changes their results. */
  | "deny"
  /** Makes functions of the kernel return another result (`bpf_override_return`). */
  | "override"
  /** Writes to the memory of processes. */
  | "write-user"
  /** Sends signals. */
  | "signal"
  /** Replaces a part of the kernel: congestion control, scheduler, queueing, HID. */
  | "struct-ops"
  /** Replaces a function of another BPF program. */
  | "replace"
  /** Changes the machine in another way. */
  | "kernel-change";
