/**
 * One call of an import: its arguments by name, checked and converted.
 *
 * @module
 */

import type { BpfProgram, NativeRef } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import type { Descriptor, DescriptorKind } from "../core/descriptors.ts";
import type { GuestCalls } from "../core/guest_calls.ts";
import type { GuestObject } from "../core/guest_object.ts";
import { type GuestPtr, guestPtr, guestSize } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import type { GuestLink } from "./guest_link.ts";
import { LINKS, MAPS, type ObjectPart, PROGRAMS } from "./kinds.ts";
import type { Shape } from "./shape.ts";

/** The longest string, in bytes, that a guest may pass: a configuration of the kernel can be long. */
const MAX_TEXT_BYTES = 1 << 20;

/** The functions that accept the definition of an inner map. */
const INNER_MAP_FUNCTIONS: ReadonlySet<string> = new Set([
  "bpf_map__name",
  "bpf_map__type",
  "bpf_map__key_size",
  "bpf_map__value_size",
  "bpf_map__max_entries",
  "bpf_map__map_flags",
  "bpf_map__map_extra",
  "bpf_map__numa_node",
  "bpf_map__ifindex",
  "bpf_map__btf_key_type_id",
  "bpf_map__btf_value_type_id",
]);

/** A call. Its methods refuse arguments that are not the guest's: EINVAL, EBADF; {@link MemoryFault} for pointers. */
export class Call {
  readonly guest: GuestContext;
  readonly name: string;
  readonly #shape: Shape;
  readonly #values: readonly (number | bigint)[];
  readonly #writeBacks: (() => void)[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #counts = new Map<string, number>();
  #isDone = false;

  constructor(guest: GuestContext, shape: Shape, values: readonly (number | bigint)[]) {
    this.guest = guest;
    this.name = shape.name;
    this.#shape = shape;
    this.#values = values;
  }

  /** libbpf's functions, behind the gate. */
  get calls(): GuestCalls {
    return this.guest.gate.calls;
  }

  /** An argument as WebAssembly passes it. */
  raw(name: string): number | bigint {
    const index = this.#shape.parameters.findIndex(([one]) => one === name);
    const value = this.#values[index];
    if (value === undefined) throw new TypeError(`Cannot read argument ${name} of ${this.name}: unknown`);
    return value;
  }

  /** An `int`, or another argument of 32 bits, as a signed number. */
  int(name: string): number {
    return Number(this.raw(name)) | 0;
  }

  pointer(name: string): GuestPtr {
    return guestPtr(this.raw(name), this.guest.addressBits);
  }

  /** A `size_t`. */
  size(name: string): number {
    return guestSize(this.raw(name));
  }

  isNull(name: string): boolean {
    return Number(this.raw(name)) === 0;
  }

  /** A string that must not be NULL. */
  text(name: string): string {
    return this.optionalText(name) ?? refuse("EINVAL");
  }

  /** A string; undefined for NULL. */
  optionalText(name: string): string | undefined {
    return this.isNull(name) ? undefined : this.textAt(this.pointer(name));
  }

  /** The strings and numbers among the arguments, for messages. */
  texts(): string[] {
    return this.#shape.parameters.flatMap(([name, kind]) => {
      if (kind === "i32") return [`${this.int(name)}`];
      return kind === "string" && !this.isNull(name) ? [this.text(name)] : [];
    });
  }

  /** The string at an address. */
  textAt(at: GuestPtr): string {
    return this.guest.memory.readCString(at, MAX_TEXT_BYTES);
  }

  /**
   * A copy of bytes of the guest. Its programs may write to the memory at the same time, so checks and calls use the same copy.
   *
   * Refuses with ENOMEM if there is no room for it.
   */
  copy(at: GuestPtr, sizeBytes: number): Uint8Array<ArrayBuffer> {
    const view = this.guest.memory.view(at, sizeBytes);
    try {
      return view.slice();
    } catch {
      refuse("ENOMEM");
    }
  }

  /** A number of 32 bits at an address that is read once, however often a rule asks for it. */
  countAt(name: string): number {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const count = new DataView(this.copy(this.pointer(name), 4).buffer).getUint32(0, true);
    this.#counts.set(name, count);
    return count;
  }

  /** A pointer in a struct, at `offset`. Structs have the same layout for both widths. */
  pointerIn(struct: DataView, offset: number): GuestPtr {
    return guestPtr(struct.getBigInt64(offset, true), 64);
  }

  object(name: string): GuestObject {
    return this.guest.objects.find(this.raw(name)) ?? refuse("EINVAL");
  }

  program(name: string): ObjectPart {
    return PROGRAMS.of(this.guest.handles).find(this.raw(name)) ?? refuse("EINVAL");
  }

  map(name: string): ObjectPart {
    const map = MAPS.of(this.guest.handles).find(this.raw(name)) ?? refuse("EINVAL");
    // libbpf's other functions would read the object of an inner map, which it lacks.
    if (map.isInner === true && !INNER_MAP_FUNCTIONS.has(this.name)) refuse("EINVAL");
    return map;
  }

  link(name: string): GuestLink {
    return LINKS.of(this.guest.handles).find(this.raw(name)) ?? refuse("EINVAL");
  }

  /** libbpf's program behind a handle, for descriptions. */
  programOf({ ref, object }: ObjectPart): BpfProgram {
    return object.programOf(ref);
  }

  /** The struct behind a handle of this kind: "bpf_map". */
  ref(struct: string, name: string): NativeRef {
    switch (struct) {
      case "bpf_object":
        return this.object(name).ref;
      case "bpf_program":
        return this.program(name).ref;
      case "bpf_map":
        return this.map(name).ref;
      case "bpf_link":
        return this.link(name).ref ?? refuse("EINVAL");
      default:
        return refuse("EINVAL");
    }
  }

  /** The guest's descriptor `fd`. Refuses with EBADF if the guest does not own it, or if it has another kind. */
  descriptor(fd: number, kinds: readonly DescriptorKind[]): Descriptor {
    const found = this.guest.descriptors.find(fd);
    if (found === undefined || !kinds.includes(found.kind)) refuse("EBADF");
    return found;
  }

  /** The host's descriptor for the guest's. */
  hostFd(fd: number, kinds: readonly DescriptorKind[]): number {
    return this.descriptor(fd, kinds).passedFd ?? refuse("EBADF");
  }

  /** Adds a function that copies results to the guest's memory after the call. */
  onReturn(writeBack: () => void): void {
    this.#writeBacks.push(writeBack);
  }

  /** Adds a function that runs at the end of the call, also when it fails. */
  onEnd(end: () => void): void {
    this.#ends.push(end);
  }

  /** Adds a function that runs when the call fails, and not when it made what it was to make. */
  onFailure(end: () => void): void {
    this.onEnd(() => this.#isDone || end());
  }

  /** Says that the call made what it was to make. */
  done(): void {
    this.#isDone = true;
  }

  /** Ends the call. */
  end(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  /** Copies the results to the guest's memory. */
  writeBack(): void {
    for (const writeBack of this.#writeBacks) writeBack();
  }

  /** Copies a string to the guest, with a NUL, as far as it fits. @returns its length in bytes. */
  returnText(text: string, options: { buffer: string; size: string }): number {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const room = this.size(options.size);
    const length = bytes.length - 1;
    if (room > 0 && room <= length) bytes[room - 1] = 0;
    this.#copy(bytes, options);
    return length;
  }

  /** Copies bytes to the guest, as far as they fit. @returns their number. */
  returnBytes(bytes: Uint8Array, options: { buffer: string; size: string }): number {
    this.#copy(bytes, options);
    return bytes.length;
  }

  #copy(bytes: Uint8Array, { buffer, size }: { buffer: string; size: string }): void {
    const room = this.size(size);
    if (room === 0) return;
    const part = bytes.subarray(0, room);
    this.guest.memory.view(this.pointer(buffer), room).set(part);
  }
}
