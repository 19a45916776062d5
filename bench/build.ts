/**
 * Builds the programs of the benchmarks.
 *
 * @module
 */

/** The top of the checkout, with a slash at the end. */
export const ROOT = new URL("../", import.meta.url).pathname;

/** The folder with the guests and their native twins; scripts/guests.mk describes them. */
export const OUT = `${ROOT}.build/bench`;

/** Builds the guests, their native twins and, with `binary`, `./wasm-bpf`. @throws {Error} with a failed step's output. */
export async function build({ binary }: { binary: boolean }): Promise<void> {
  await run("scripts/build_guests.sh", "bench");
  if (binary) await run("scripts/build_binary.sh");
}

async function run(script: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(ROOT + script, { args: [...args], cwd: ROOT }).output();
  if (!success) throw new Error(`Cannot build the benchmarks: ${new TextDecoder().decode(stderr)}`);
}
