/** Programs whose events a test tells from those of other programs. */

/** A copy of the program `original` with a unique name. Disposing removes it. */
export async function uniqueProgram(original: string) {
  const directory = await Deno.makeTempDir();
  const name = `wb${crypto.randomUUID().slice(0, 8)}`;
  const path = `${directory}/${name}`;
  await Deno.copyFile(original, path);
  return { name, path, directory, [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
}
