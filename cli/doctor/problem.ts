/**
 * A problem of a machine.
 *
 * @module
 */

/** A problem. */
export interface Problem {
  readonly text: string;
  /** The command or the change that mends it. */
  readonly mend: string;
}
