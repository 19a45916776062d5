/**
 * Native addresses, typed so that none is taken for another.
 *
 * @module
 */

declare const addressBrand: unique symbol;

/**
 * An address in this process, or a size or offset beside one, for parameters of native type `u64`.
 *
 * At run time a plain number: Deno takes numbers for 64-bit parameters (addresses of user space have 47 bits, a number has
 * 53) and keeps its fast call path for them, where a BigInt leaves it. Deno's declarations name only BigInt, hence the type.
 */
export type Address = bigint & { readonly [addressBrand]: true };

/** A number as an {@link Address}. */
export function address(value: number): Address {
  // The brand's only constructor.
  return value as unknown as Address;
}

/** The null address. */
export const NULL: Address = address(0);

/** The address of a buffer's first byte, as a number. Valid as long as the buffer is neither collected nor detached. */
export function addressOf(buffer: ArrayBuffer): number {
  const pointer = Deno.UnsafePointer.of(new Uint8Array(buffer));
  return pointer === null ? 0 : Number(Deno.UnsafePointer.value(pointer));
}

/** A `struct bpf_object *`, `bpf_program *`, `bpf_map *` or `bpf_link *`, by the name of its struct. */
export type NativePointer<Name extends string> = Deno.PointerObject<Name>;

/** Names the struct that a pointer from C points to. */
export function nativePointer<Name extends string>(pointer: Deno.PointerObject): NativePointer<Name> {
  // The brand's only constructor.
  return pointer as NativePointer<Name>;
}
