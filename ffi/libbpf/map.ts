/**
 * `struct bpf_map`. Its sizes are read once.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { address, type NativePointer } from "../system/pointers.ts";
import type { BpfLink, BpfMap } from "./interfaces/mod.ts";
import { MapElements } from "./kernel_map.ts";
import { NativeLink } from "./link.ts";
import type { Native } from "./native.ts";

/** The owner of a map or program. After it is closed, their pointers are invalid, and their descriptors may belong to other files. */
export interface Owner {
  readonly closed: boolean;
  /** Takes ownership of a link. It is detached before the object closes, because links of libbpf may point to their object. */
  own(link: BpfLink): BpfLink;
}

/** See {@link BpfMap}. */
export class NativeMap extends MapElements implements BpfMap {
  readonly #native: Native;
  readonly #pointer: NativePointer<"bpf_map">;
  readonly #owner: Owner;

  constructor(native: Native, pointer: NativePointer<"bpf_map">, name: string, owner: Owner) {
    super(native, name);
    this.#native = native;
    this.#pointer = pointer;
    this.#owner = owner;
    this.refresh();
  }

  override get fd(): number {
    if (this.descriptor >= 0) return this.descriptor;
    throw new BpfError({ operation: "use", kind: "map", subject: this.name }, LINUX_ERRNO.ENOENT, {
      reason: "it is not in the kernel",
    });
  }

  protected override get isClosed(): boolean {
    return this.#owner.closed;
  }

  /** Reads the descriptor and the sizes again, since loading sets them. */
  refresh(): void {
    const { symbols } = this.#native.map;
    this.describe({
      type: symbols.bpf_map__type(this.#pointer),
      keySize: symbols.bpf_map__key_size(this.#pointer),
      valueSize: symbols.bpf_map__value_size(this.#pointer),
      maxEntries: symbols.bpf_map__max_entries(this.#pointer),
      flags: symbols.bpf_map__map_flags(this.#pointer),
    }, symbols.bpf_map__fd(this.#pointer));
  }

  get autocreate(): boolean {
    if (this.#owner.closed) throw new TypeError(`Cannot use map "${this.name}": closed`);
    return this.#native.map.symbols.bpf_map__autocreate(this.#pointer);
  }

  initialValue(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#owner.closed) throw new TypeError(`Cannot read map "${this.name}": closed`);
    const size = new BigUint64Array(1);
    const value = this.#native.map.symbols.bpf_map__initial_value(this.#pointer, new Uint8Array(size.buffer));
    if (value === null) return undefined;
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(value, Number(size[0]))).slice();
  }

  setInitialValue(value: Uint8Array<ArrayBuffer>): void {
    if (this.#owner.closed) throw new TypeError(`Cannot set map "${this.name}": closed`);
    const { symbols } = this.#native.map;
    this.#native.check.begin();
    // libbpf checks the size against the map's.
    const result = symbols.bpf_map__set_initial_value(this.#pointer, value, address(value.length));
    const words = `the initial value of map "${this.name}"`;
    this.#native.check.value({ operation: "set", kind: "map", subject: this.name, words }, result);
  }

  setMaxEntries(count: number): void {
    if (this.#owner.closed) throw new TypeError(`Cannot set map "${this.name}": closed`);
    this.#native.check.begin();
    const result = this.#native.map.symbols.bpf_map__set_max_entries(this.#pointer, count);
    const words = `the size of map "${this.name}"`;
    this.#native.check.value({ operation: "set", kind: "map", subject: this.name, words }, result);
    this.refresh();
  }

  attachStructOps(): BpfLink {
    if (this.#owner.closed) throw new TypeError(`Cannot attach map "${this.name}": closed`);
    const words = `struct_ops map "${this.name}"`;
    this.#native.check.begin();
    const link = this.#native.map.symbols.bpf_map__attach_struct_ops(this.#pointer);
    const operation: Operation = { operation: "attach", kind: "map", subject: this.name, words };
    return this.#owner.own(NativeLink.from(this.#native, link, operation, words));
  }
}
