/**
 * Imports that a small module of WebAssembly handles without JavaScript, on the guest's own memory.
 *
 * @module
 */

import type { GuestContext } from "./context.ts";
import { WASM_PAGE_BYTES } from "./memory.ts";

/** The exports of such a module by which the host opens and closes the direct path. */
export interface DirectModule {
  /** The pages of the guest's memory when {@link base} was read; {@link NO_PAGES} sends every call to JavaScript. */
  readonly pages: WebAssembly.Global;
  /** The address of the guest's memory. */
  readonly base: WebAssembly.Global;
}

const NO_PAGES = -1;
/** The number of calls through JavaScript before the direct path is set up, which takes 1 ms. */
const WORTH_IT = 16;

/** Options of {@link DirectCalls}. */
export interface DirectCallsOptions {
  /** Makes the module, for the linked guest, and directs the guest's imports to it. Undefined if that is not possible. */
  readonly open: () => DirectModule | undefined;
  /** The type of {@link DirectModule.pages}; `i32` by default. */
  readonly pages?: "i32" | "i64";
  /** The number of calls through JavaScript before the direct path is set up. */
  readonly worthIt?: number | undefined;
}

/** The direct path of some imports of one guest. It is closed until {@link DirectCalls.update} opens it. */
export class DirectCalls {
  readonly #guest: GuestContext;
  readonly #open: () => DirectModule | undefined;
  readonly #toPages: (pages: number) => number | bigint;
  readonly #worthIt: number;
  #module: DirectModule | undefined;
  #seen = 0;
  /** The guest's memory at the time when the module's globals were set. */
  #known: ArrayBuffer | undefined;

  constructor(guest: GuestContext, { open, pages = "i32", worthIt = WORTH_IT }: DirectCallsOptions) {
    this.#guest = guest;
    this.#open = open;
    this.#toPages = pages === "i64" ? BigInt : Number;
    this.#worthIt = worthIt;
    const close = () => this.#close();
    guest.cancellation.onEnd(close);
    guest.shared.onCopying(close);
  }

  /** Opens the direct path for the next calls, unless they need JavaScript. Each call that came to JavaScript calls this. */
  update(): void {
    const { instance } = this.#guest;
    if (this.#seen++ < this.#worthIt || this.#needsJavaScript) return;
    // Reading `buffer` detects growth, after which map memory may have to be copied. So check again.
    const { buffer } = instance.memory;
    if (buffer === this.#known || this.#needsJavaScript) return;
    this.#known = buffer;
    this.#module ??= this.#open();
    if (this.#module === undefined) return;
    this.#module.base.value = BigInt(instance.window.base);
    this.#module.pages.value = this.#toPages(buffer.byteLength / WASM_PAGE_BYTES);
  }

  /** True before the guest is linked, after it has ended, and while map memory is copied: the guard does all three. */
  get #needsJavaScript(): boolean {
    const { instance, cancellation, shared } = this.#guest;
    return !instance.isBound || cancellation.reason !== undefined || shared.copying;
  }

  /** Sends all calls through JavaScript. */
  #close(): void {
    if (this.#module !== undefined) this.#module.pages.value = this.#toPages(NO_PAGES);
  }
}
