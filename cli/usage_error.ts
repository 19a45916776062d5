/**
 * The error for a command line that makes no sense.
 *
 * @module
 */

/** The arguments make no sense. The message is one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** Advice for this error; undefined when the help is the best advice. */
  readonly advice: string | undefined;

  constructor(message: string, advice?: string) {
    super(message);
    this.advice = advice;
  }
}
