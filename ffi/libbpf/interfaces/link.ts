/**
 * Links.
 *
 * @module
 */

/** An attachment: `struct bpf_link`, or a substitute where the kernel has no link. Disposing detaches, once. */
export interface BpfLink extends Disposable {
  /** The attachment, for messages: `program "handle_exec" to tp/sched/sched_process_exec`. */
  readonly description: string;
  /** A sentence for the user when the program was attached in another way than requested. */
  readonly note?: string;
  /** The link's descriptor in the kernel; undefined when it has none or is detached. */
  readonly fd?: number | undefined;
}
