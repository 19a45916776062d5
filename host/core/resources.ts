/**
 * Things that a guest has open and that must be closed before its objects: links, buffers.
 *
 * @module
 */

/** The resources of one guest. Disposing closes them, newest first. */
export class Resources implements Disposable {
  readonly #open = new Set<Disposable>();

  /** Adds a resource, which is closed when the guest ends. */
  add(resource: Disposable): void {
    this.#open.add(resource);
  }

  /** Removes a resource that was closed in another way. */
  remove(resource: Disposable): void {
    this.#open.delete(resource);
  }

  /** Closes a resource now. */
  close(resource: Disposable): void {
    if (this.#open.delete(resource)) resource[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    for (const resource of [...this.#open].reverse()) this.close(resource);
  }
}
