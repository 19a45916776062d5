/** Runs shell scripts in one boot of the arm64 machine of scripts/vm_arm64.sh. */

const CHECKOUT = new URL("../../", import.meta.url).pathname;

/** A script that ended. */
export interface Finished {
  readonly code: number;
  /** Its stdout and stderr, in the order of writing. */
  readonly output: string;
}

/** The time limit of a script, in seconds. */
const LIMIT_S = 60;

/**
 * Starts the machine with the files of `directory` in /files, and runs `scripts` one after another, by name.
 *
 * @returns the results of those that ended. A script that reached the time limit has the exit code 137.
 */
export async function runOnArm64(
  directory: string,
  scripts: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Finished>> {
  const names = [...scripts.keys()];
  for (const [index, name] of names.entries()) {
    await Deno.writeTextFile(`${directory}/${index}.sh`, `cd /files\n${scripts.get(name)}\n`);
  }
  const each = 'echo "@begin $i"; timeout -s KILL $limit sh /files/$i.sh 2>&1; echo "@end $?"';
  const all = `limit=${LIMIT_S}; for i in $(seq 0 ${names.length - 1}); do ${each}; done`;
  const { stdout, stderr } = await new Deno.Command(`${CHECKOUT}scripts/vm_arm64.sh`, {
    args: ["sh", "-c", all],
    env: { VM_FILES: directory },
    stdin: "null",
  }).output();
  const found = new TextDecoder().decode(stdout).matchAll(/^@begin (\d+)\n([^]*?)@end (\d+)$/gm);
  const results = new Map(
    Array.from(found, ([, index, output = "", code]) => [names[Number(index)] ?? "", { code: Number(code), output }]),
  );
  if (results.size < names.length) console.error(new TextDecoder().decode(stderr));
  return results;
}
