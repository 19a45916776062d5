/**
 * Links.
 *
 * @module
 */

/**
 * `struct bpf_link`, or a substitute for attachments that the kernel has no link for. Disposal detaches, once.
 *
 * @see https://github.com/libbpf/libbpf/blob/v1.5.0/src/libbpf.h#L461 bpf_link__destroy
 *
 * @example
 * ```ts
 * import { openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * using object = libbpf.openObject(Deno.readFileSync("examples/bootstrap/bootstrap.bpf.o"));
 * object.load();
 * {
 *   using link = object.findProgram("handle_exec")?.attach();
 *   console.log("attached", link?.description);
 * }
 * console.log("detached");
 * ```
 */
export interface BpfLink extends Disposable {
  /** The attachment, for messages: `program "handle_exec" to tp/sched/sched_process_exec`. */
  readonly description: string;
  /** A sentence for the user when the program was attached in another way than requested. */
  readonly note?: string;
  /** The link's descriptor in the kernel; undefined when it has none or is detached. */
  readonly fd?: number | undefined;
  /** A reference for calls of libbpf by name; undefined when it is no link of libbpf, or is detached. */
  readonly ref?: { readonly struct: string } | undefined;
}
