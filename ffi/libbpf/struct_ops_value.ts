/**
 * The value of a struct_ops map before load. libbpf keeps it in memory, where a member for a function of the kernel has the address of the
 * `struct bpf_program` that implements it.
 *
 * @module
 */

import type { NativeRef, StructOpsValue } from "./interfaces/mod.ts";
import type { Native } from "./native.ts";
import { partRef, pointerOf } from "./native_ref.ts";

/** See {@link LibbpfCalls.structOpsValue}. */
export function readStructOpsValue(
  native: Native,
  { object, map }: { object: NativeRef; map: NativeRef },
  { sizeBytes, pointers }: { sizeBytes: number; pointers: readonly number[] },
): StructOpsValue | undefined {
  const memory = memoryOf(native, map, sizeBytes);
  if (memory === undefined) return undefined;
  const bytes = new Uint8Array(memory).slice();
  const [addresses, view] = [new DataView(memory), new DataView(bytes.buffer)];
  const programs = new Map<number, NativeRef>();
  for (const offset of pointers) {
    const program = programAt(native, object, addresses.getBigUint64(offset, true));
    if (program !== undefined) programs.set(offset, program);
    // Guests see no addresses of this process.
    view.setBigUint64(offset, 0n, true);
  }
  return { bytes, programs };
}

/** See {@link LibbpfCalls.setStructOpsValue}. */
export function writeStructOpsValue(native: Native, map: NativeRef, { bytes, programs }: StructOpsValue): boolean {
  const memory = memoryOf(native, map, bytes.length);
  if (memory === undefined) return false;
  const value = bytes.slice();
  const view = new DataView(value.buffer);
  for (const [offset, program] of programs) {
    view.setBigUint64(offset, Deno.UnsafePointer.value(pointerOf(program)), true);
  }
  new Uint8Array(memory).set(value);
  return true;
}

/** libbpf's memory of the value. undefined before libbpf 1.4, which does not give it away. */
function memoryOf(native: Native, map: NativeRef, sizeBytes: number): ArrayBuffer | undefined {
  const size = new Uint8Array(8);
  const value = native.map.symbols.bpf_map__initial_value(pointerOf(map), size);
  // After load, libbpf reports the size of the kernel's struct, which can be larger than this memory.
  return value === null ? undefined : Deno.UnsafePointerView.getArrayBuffer(value, sizeBytes);
}

/** The program of `object` at this address. */
function programAt(native: Native, object: NativeRef, address: bigint): NativeRef | undefined {
  if (address === 0n) return undefined;
  const next = native.object.symbols.bpf_object__next_program;
  for (let pointer = next(pointerOf(object), null); pointer !== null; pointer = next(pointerOf(object), pointer)) {
    if (Deno.UnsafePointer.value(pointer) === address) return partRef(object, "bpf_program", pointer);
  }
  return undefined;
}
