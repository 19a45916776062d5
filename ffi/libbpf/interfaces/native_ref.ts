/**
 * References to structs of libbpf, for code that must not know addresses.
 *
 * @module
 */

/** A reference to a struct of libbpf, without its address. Equal structs have the same reference. */
export interface NativeRef {
  /** The struct's name: "bpf_map". */
  readonly struct: string;
}
