/**
 * The subcommands. Each is loaded when it is called, so that nothing else pays for it.
 *
 * @module
 */

type Subcommand = (args: readonly string[]) => Promise<number>;

export const cc: Subcommand = async (args) => (await import("./cc.ts")).cc(args);
export const build: Subcommand = async (args) => (await import("./build.ts")).build(args);
export const doctor: Subcommand = async (args) => (await import("./doctor.ts")).doctor(args);
export const gen: Subcommand = async (args) => (await import("./gen.ts")).gen(args);
export const inspect: Subcommand = async (args) => (await import("./inspect.ts")).inspect(args);

/** The parser of policy files, for `run`. */
export const loadParsePolicy = async () => (await import("../host/core/policy/parse_policy.ts")).parsePolicy;

const newGuest: Subcommand = async (args) => (await import("./new.ts")).newGuest(args);
export { newGuest as new };
