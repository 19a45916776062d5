/**
 * The prototype of a function. The table is large, and most of a start does not need it, so it is reached through a function.
 *
 * @module
 */

import type { FunctionName } from "./interfaces/mod.ts";
import { PROTOTYPES } from "./prototypes.ts";

/** The parameters of a function with their kinds, and the kind of its result. */
export interface Prototype {
  readonly parameters: Readonly<Record<string, string>>;
  readonly result: string;
}

/** The prototype of a function. */
export function prototypeOf(name: FunctionName): Prototype {
  return PROTOTYPES[name];
}
