/**
 * Runs a subcommand in a separate process, with only `--allow-ffi`.
 *
 * @module
 */

/** The exit code and output of a command. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs `wasm-bpf` with `args`.
 *
 * @param shell the shell's redirection of its output: "| head -1", "> /dev/full".
 */
export function runCommand(args: readonly string[], shell = ""): CommandResult {
  const main = new URL("../../cli.ts", import.meta.url).pathname;
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--no-prompt", "--allow-ffi", main];
  const { code, stdout, stderr } = new Deno.Command("sh", {
    args: ["-c", `"$@" ${shell}`, "sh", ...deno, ...args],
    env: { NO_COLOR: "1" },
  }).outputSync();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Calls `use` with a folder that contains `files`, and removes the folder afterwards. */
export function withFiles<T>(files: Readonly<Record<string, Uint8Array>>, use: (folder: string) => T): T {
  const folder = Deno.makeTempDirSync({ prefix: "wasm-bpf-" });
  try {
    for (const [name, bytes] of Object.entries(files)) Deno.writeFileSync(`${folder}/${name}`, bytes);
    return use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
