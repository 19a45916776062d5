/**
 * The subcommands that are loaded when they are called: running a guest pays for nothing else.
 *
 * @module
 */

export { gen } from "./gen.ts";
export { inspect } from "./inspect.ts";
