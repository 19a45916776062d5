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

/** Cached addresses of buffers: a lookup costs 1.5 us. A buffer never moves, and a detached one is not used again. */
const addresses = new WeakMap<ArrayBuffer, number>();

/** The address of a buffer's first byte, as a number. Valid as long as the buffer is neither collected nor detached. */
export function addressOf(buffer: ArrayBuffer): number {
  const known = addresses.get(buffer);
  if (known !== undefined) return known;
  const pointer = Deno.UnsafePointer.of(new Uint8Array(buffer));
  const found = pointer === null ? 0 : Number(Deno.UnsafePointer.value(pointer));
  addresses.set(buffer, found);
  return found;
}

/** A pointer from C, by what it points to: the name of a struct ("bpf_map"), or a function's shape. */
export type NativePointer<T> = Deno.PointerObject<T>;

/** Says what a pointer from C points to. */
export function nativePointer<T>(pointer: Deno.PointerObject): NativePointer<T> {
  // The brand's only constructor.
  return pointer as NativePointer<T>;
}
