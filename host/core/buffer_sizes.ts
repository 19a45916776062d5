/**
 * The sizes of event buffers that the user sets in place of the guest's.
 *
 * @module
 */

/** The sizes for one guest, in bytes: powers of two of at least a page. */
export class BufferSizes {
  readonly #usual: number | undefined;
  readonly #byMap: ReadonlyMap<string, number>;
  readonly #unused: Set<string>;

  /** @param sizes the size for the maps with these names; for the name "", all others. */
  constructor(sizes: Readonly<Record<string, number>> = {}) {
    const { "": usual, ...byMap } = sizes;
    this.#usual = usual;
    this.#byMap = new Map(Object.entries(byMap));
    this.#unused = new Set(this.#byMap.keys());
  }

  /** The size of the ring, or of each CPU's perf buffer, of map `name`; undefined for the guest's own. */
  of(name: string): number | undefined {
    this.#unused.delete(name);
    return this.#byMap.get(name) ?? this.#usual;
  }

  /** The names of maps of which the guest opened no buffer. */
  get unused(): string[] {
    return [...this.#unused];
  }
}
