/**
 * The memory of this process.
 *
 * @module
 */

/** Copies `sizeBytes` bytes at an address that the kernel gave, such as that of the vDSO. */
export function copyOwnMemory(start: bigint, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const pointer = Deno.UnsafePointer.create(start);
  if (pointer === null) return new Uint8Array();
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, sizeBytes)).slice();
}
