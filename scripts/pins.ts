/**
 * The versions in `scripts/pins.sh`, for TypeScript.
 *
 * @module
 */

const PINS = new URL("pins.sh", import.meta.url);

/**
 * The value of one line `NAME=value` in `scripts/pins.sh`.
 *
 * @throws {Error} when there is no such line.
 */
export function pin(name: string): string {
  const value = new RegExp(`^${name}=(\\S+)$`, "m").exec(Deno.readTextFileSync(PINS))?.[1];
  if (value === undefined) throw new Error(`Cannot find ${name} in scripts/pins.sh`);
  return value;
}

/**
 * The value of one line `[key]=value` of the array `NAME` in `scripts/pins.sh`.
 *
 * @throws {Error} when there is no such line.
 */
export function pinOf(name: string, key: string): string {
  const array = new RegExp(`^declare -A ${name}=\\(\\n([^)]*)\\)`, "m").exec(Deno.readTextFileSync(PINS))?.[1] ?? "";
  const value = new RegExp(`\\[${key}\\]=(\\S+)`).exec(array)?.[1];
  if (value === undefined) throw new Error(`Cannot find ${name}[${key}] in scripts/pins.sh`);
  return value;
}

/** The command of one of LLVM's tools in the pinned version: "clang" is "clang-19". */
export function llvmTool(tool: string): string {
  return `${tool}-${pin("LLVM_VERSION")}`;
}
