/**
 * Native addresses and pointers, with types that keep them apart.
 *
 * @module
 */

declare const addressBrand: unique symbol;

/**
 * An address, size or offset for a parameter of native type `u64`.
 *
 * It is a number at run time. Addresses of user space have 47 bits, which a number can hold. Deno accepts numbers for 64-bit parameters
 * and makes a fast call, which it does not for BigInts. Deno's declarations allow only BigInts, so this type pretends to be one.
 */
export type Address = bigint & { readonly [addressBrand]: true };

/** A number as an {@link Address}. */
export function address(value: number): Address {
  // The brand's only constructor.
  return value as unknown as Address;
}

/** The null address. */
export const NULL: Address = address(0);

/** Known addresses of buffers, since a lookup costs 1.5 us. A buffer does not move, and a detached one is not used again. */
const addresses = new WeakMap<ArrayBuffer, number>();

/** The address of a buffer's first byte, as a number. It is valid until the buffer is collected or detached. */
export function addressOf(buffer: ArrayBuffer): number {
  const known = addresses.get(buffer);
  if (known !== undefined) return known;
  const pointer = Deno.UnsafePointer.of(new Uint8Array(buffer));
  const found = pointer === null ? 0 : Number(Deno.UnsafePointer.value(pointer));
  addresses.set(buffer, found);
  return found;
}

/** The address of the first of these bytes; see {@link addressOf}. */
export function baseOf(bytes: Uint8Array<ArrayBuffer>): number {
  return addressOf(bytes.buffer) + bytes.byteOffset;
}

/** A pointer from C. Its type is the name of a struct ("bpf_map"), or the row of a function. */
export type NativePointer<T> = Deno.PointerObject<T>;

/** Gives a pointer from C its type. */
export function nativePointer<T>(pointer: Deno.PointerObject): NativePointer<T> {
  // The brand's only constructor.
  return pointer as NativePointer<T>;
}
