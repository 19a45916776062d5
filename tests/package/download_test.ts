/** Measures the packages that a user of this project downloads, with an empty cache. */

import { assertEquals } from "@std/assert";

const CHECKOUT = new URL("../../", import.meta.url).pathname;

/** The total size of all files under `folder` in bytes. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    bytes += isDirectory ? sizeOf(`${folder}/${name}`) : Deno.statSync(`${folder}/${name}`).size;
  }
  return bytes;
}

/** Runs `module` with an empty cache of Deno. @returns the names of the packages in the cache afterwards, and their size. */
async function download(module: string, args: readonly string[]): Promise<{ packages: string[]; bytes: number }> {
  const cache = await Deno.makeTempDir();
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--allow-ffi", `${CHECKOUT}${module}`, ...args],
      env: { DENO_DIR: cache },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const folders = [...Deno.readDirSync(cache)].map(({ name }) => name);
    assertEquals(folders.filter((name) => ["deps", "remote"].includes(name)), []);
    const npm = `${cache}/npm`;
    if (!folders.includes("npm")) return { packages: [], bytes: 0 };
    const registries = [...Deno.readDirSync(npm)].map(({ name }) => `${npm}/${name}`);
    const packages = registries.flatMap((registry) => [...Deno.readDirSync(registry)].map(({ name }) => name));
    return { packages: packages.sort(), bytes: sizeOf(npm) };
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

Deno.test("cli.ts downloads nothing", async () => {
  assertEquals(await download("cli.ts", ["--version"]), { packages: [], bytes: 0 });
});

Deno.test("mod.ts downloads nothing", async () => {
  assertEquals(await download("mod.ts", []), { packages: [], bytes: 0 });
});
