// SPDX-License-Identifier: MIT

/**
 * Values of a fixed size: keys and values of maps, records, variables. Their types are numbers, and unmanaged classes: an instance is the
 * address of its bytes. Generated classes say their size; the size of others is that of their fields.
 */

/** The size of a value in bytes. */
export function sizeOf<T>(): usize {
  if (isReference<T>()) {
    if (isManaged<T>()) ERROR("a key, value or record must be a number or an @unmanaged class");
    if (isDefined(changetype<T>(0).byteLength)) return changetype<T>(0).byteLength;
    return offsetof<T>();
  }
  return sizeof<T>();
}

/** A new instance of an unmanaged class, whose bytes are 0. It stays until `destroy()`; a callback should not create any. */
export function create<T>(): T {
  return changetype<T>(zeroed(sizeOf<T>()));
}

/** Frees an instance that `create()` or `new` made. */
export function destroy<T>(value: T): void {
  heap.free(changetype<usize>(value));
}

/** New bytes on the heap that are 0. */
export function zeroed(sizeBytes: usize): usize {
  const address = heap.alloc(max<usize>(sizeBytes, 1));
  memory.fill(address, 0, sizeBytes);
  return address;
}

/** The value at an address: a number, or an instance that lies there. */
// @ts-ignore: decorator
@inline
export function valueAt<T>(address: usize): T {
  if (isReference<T>()) return changetype<T>(address);
  return load<T>(address);
}

/** Copies a value to an address. */
// @ts-ignore: decorator
@inline
export function putValue<T>(address: usize, value: T): void {
  if (isReference<T>()) memory.copy(address, changetype<usize>(value), sizeOf<T>());
  else store<T>(address, value);
}

/** The text of C characters, up to a NUL. Bytes that are not UTF-8 are replaced. */
export function textAt(address: usize, sizeBytes: usize): string {
  let length: usize = 0;
  while (length < sizeBytes && load<u8>(address + length) != 0) length++;
  return String.UTF8.decodeUnsafe(address, length);
}

/** Sets C characters to a text, and those after it to 0. Text that does not fit is cut; the last character is always 0. */
export function setTextAt(address: usize, sizeBytes: usize, text: string): void {
  memory.fill(address, 0, sizeBytes);
  if (sizeBytes == 0) return;
  const bytes = String.UTF8.encode(text);
  memory.copy(address, changetype<usize>(bytes), min<usize>(bytes.byteLength, sizeBytes - 1));
}

/** The text with a NUL at its end, for the host. A text ends at a NUL that it contains. */
export function cString(text: string): ArrayBuffer {
  return String.UTF8.encode(text, true);
}

/** The text that an import has written into a buffer, up to its NUL. */
export const NAME_BYTES: usize = 256;
export const nameBuffer = memory.data(256);
export function nameText(): string {
  return textAt(nameBuffer, NAME_BYTES);
}
