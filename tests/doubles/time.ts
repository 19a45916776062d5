/** A clock for `performance.now()` that moves only when a test moves it. Disposing restores the real one. */
export class FakeTime implements Disposable {
  readonly #real = performance.now;
  #nowMs = 0;

  constructor() {
    performance.now = () => this.#nowMs;
  }

  tick(ms: number): void {
    this.#nowMs += ms;
  }

  [Symbol.dispose](): void {
    performance.now = this.#real;
  }
}
