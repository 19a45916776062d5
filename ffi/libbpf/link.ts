/**
 * `struct bpf_link`, and substitutes for attachments that have no link.
 *
 * @module
 */

import type { Operation } from "../../errors/mod.ts";
import { type NativePointer, nativePointer } from "../system/pointers.ts";
import type { BpfLink, NativeRef } from "./interfaces/mod.ts";
import type { Native } from "./native.ts";
import { makeRef, revoke } from "./native_ref.ts";

/** A link of libbpf. */
export class NativeLink implements BpfLink {
  readonly description: string;
  readonly #native: Native;
  readonly #ref: NativeRef;
  #pointer: NativePointer<"bpf_link"> | undefined;

  private constructor(native: Native, pointer: NativePointer<"bpf_link">, description: string) {
    this.#native = native;
    this.#pointer = pointer;
    this.description = description;
    this.#ref = makeRef("bpf_link", pointer);
  }

  get ref(): NativeRef | undefined {
    return this.#pointer === undefined ? undefined : this.#ref;
  }

  get fd(): number | undefined {
    if (this.#pointer === undefined) return undefined;
    const fd = this.#native.link.symbols.bpf_link__fd(this.#pointer);
    return fd < 0 ? undefined : fd;
  }

  /** Wraps the result of `bpf_program__attach*`. @throws {BpfError} when it is NULL. */
  static from(native: Native, pointer: Deno.PointerValue, operation: Operation, description: string): NativeLink {
    if (pointer === null) throw native.check.error(operation, native.lastError());
    return new NativeLink(native, nativePointer(pointer), description);
  }

  [Symbol.dispose](): void {
    const pointer = this.#pointer;
    this.#pointer = undefined;
    revoke(this.#ref);
    if (pointer !== undefined) this.#native.link.symbols.bpf_link__destroy(pointer);
  }
}

/** A link that is detached when its object closes, unless it was detached before. */
export class OwnedLink implements BpfLink {
  readonly note?: string;
  readonly #link: BpfLink;
  readonly #others: Set<BpfLink>;

  /** Adds itself to `links`, and removes itself when disposed. */
  constructor(link: BpfLink, links: Set<BpfLink>) {
    this.#link = link;
    this.#others = links.add(this);
    if (link.note !== undefined) this.note = link.note;
  }

  get description(): string {
    return this.#link.description;
  }

  get fd(): number | undefined {
    return this.#others.has(this) ? this.#link.fd : undefined;
  }

  get ref(): NativeRef | undefined {
    return this.#others.has(this) ? this.#link.ref : undefined;
  }

  [Symbol.dispose](): void {
    if (this.#others.delete(this)) this.#link[Symbol.dispose]();
  }
}

/** An attachment without a link of libbpf. `detach` ends it, and is called once. */
export class DetachLink implements BpfLink {
  readonly description: string;
  readonly note?: string;
  #detach: (() => void) | undefined;

  constructor(description: string, detach: () => void, options: { note?: string } = {}) {
    this.description = description;
    if (options.note !== undefined) this.note = options.note;
    this.#detach = detach;
  }

  [Symbol.dispose](): void {
    const detach = this.#detach;
    this.#detach = undefined;
    detach?.();
  }
}

/** Several links as one. Disposing it disposes all of them. */
export function joinLinks(description: string, links: readonly BpfLink[]): BpfLink {
  return new DetachLink(description, () => {
    for (const link of links) link[Symbol.dispose]();
  });
}
