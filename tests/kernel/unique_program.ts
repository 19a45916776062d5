/** Programs whose events a test tells from those of other programs. */

import { shell } from "./shell.ts";

/** A copy of the program `original` with a unique name. Disposing removes it. */
export async function uniqueProgram(original: string) {
  const directory = await Deno.makeTempDir();
  const name = `wb${crypto.randomUUID().slice(0, 8)}`;
  const path = `${directory}/${name}`;
  await Deno.copyFile(original, path);
  return { name, path, directory, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}

/** As {@link uniqueProgram}, for a C program of this folder. It is compiled without optimisation: each function has a frame pointer. */
export async function compiledProgram(source: string) {
  const directory = await Deno.makeTempDir();
  const name = `wb${crypto.randomUUID().slice(0, 8)}`;
  const path = `${directory}/${name}`;
  await shell(`gcc -O0 -o ${path} ${new URL(source, import.meta.url).pathname}`);
  return { name, path, directory, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}
