/** Descriptors that were given and not yet closed. */
export class FakeDescriptors extends Set<number> {
  #last: number;

  /** @param first the first descriptor. The next ones follow. */
  constructor(first: number) {
    super();
    this.#last = first - 1;
  }

  /** A descriptor that no other caller has. */
  open(): number {
    this.add(++this.#last);
    return this.#last;
  }

  close(fd: number): void {
    if (!this.delete(fd)) throw new TypeError(`Cannot close descriptor ${fd}: not open`);
  }
}
