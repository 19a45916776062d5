/**
 * Runs generated TypeScript.
 *
 * @module
 */

const CONFIGURATION = new URL("../../deno.json", import.meta.url).pathname;

/**
 * Runs `deno check` on all files, or `deno run` on the first one, with all permissions.
 *
 * @param files the content of each by its name.
 * @returns its output. @throws {Error} with its messages when it fails.
 */
export async function runDeno(command: "check" | "run", files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "wasm-bpf-" });
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const paths = Object.keys(files).map((name) => `${folder}/${name}`);
    const args = command === "run" ? ["--allow-all", ...paths.slice(0, 1)] : paths;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [command, "--quiet", "--config", CONFIGURATION, ...args],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
