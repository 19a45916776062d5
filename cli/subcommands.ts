/**
 * The subcommands that are loaded when they are called, so that running a guest does not pay for them.
 *
 * @module
 */

export { gen } from "./gen.ts";
export { inspect } from "./inspect.ts";
