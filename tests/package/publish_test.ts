/** Tests the files that `deno publish` would put into the package, and the documentation of its exports. */

import { assertEquals } from "@std/assert";
import * as api from "../../mod.ts";

const CHECKOUT = new URL("../../", import.meta.url);
const TEXTS = ["CHANGELOG.md", "LICENSE", "README.md", "deno.json"];

/** Runs Deno in the checkout. @returns its output. */
async function deno(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: CHECKOUT.pathname,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** The modules that mod.ts imports, including type imports, by their paths in the checkout. */
async function neededModules(): Promise<string[]> {
  // The configuration is left out, because it adds types for tests and for the command line.
  const said = await deno("info", "--json", "--no-config", "--no-lock", "mod.ts");
  const graph: { modules: { specifier: string }[] } = JSON.parse(said);
  return graph.modules.map(({ specifier }) => specifier.replace(CHECKOUT.href, ""));
}

Deno.test("the package holds everything that mod.ts needs, and neither tests nor tools", async () => {
  const said = await deno("publish", "--dry-run", "--allow-dirty");
  const published = [...said.matchAll(/^ +(file:\/\/\S+) \(/gm)].map(([, url = ""]) => url.replace(CHECKOUT.href, ""));
  assertEquals(published.filter((path) => !path.endsWith(".ts")).sort(), TEXTS);
  assertEquals((await neededModules()).filter((path) => !published.includes(path)), []);
  const folders = new Set(published.filter((path) => path.includes("/")).map((path) => path.split("/")[0]));
  assertEquals([...folders].sort(), ["errors", "ffi", "host", "object", "wasm"]);
  assertEquals(published.filter((path) => /_test\.|testdata|fake/.test(path)), []);
});

Deno.test("every export of mod.ts is documented, with all its members", async () => {
  await deno("doc", "--lint", "mod.ts");
});

Deno.test("every export of mod.ts has an example", async () => {
  const { nodes }: { nodes: { name: string; kind: string; jsDoc?: { tags?: { kind: string }[] } }[] } = JSON.parse(
    await deno("doc", "--json", "mod.ts"),
  );
  const exported = nodes.filter(({ kind }) => kind !== "moduleDoc");
  assertEquals(Object.keys(api).filter((name) => !exported.some((node) => node.name === name)), []);
  const without = exported.filter(({ jsDoc }) => !jsDoc?.tags?.some(({ kind }) => kind === "example"));
  assertEquals(without.map(({ name }) => name), []);
});
