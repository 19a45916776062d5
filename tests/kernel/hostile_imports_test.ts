/** Tests that no arguments of a guest crash the host, or make it leave descriptors open. */

import { assertEquals, assertMatch } from "@std/assert";

const SCRIPT = new URL("hostile_imports.ts", import.meta.url).pathname;
const CALLS = 3000;

for (const width of [32, 64]) {
  for (const seed of [1, 2]) {
    Deno.test(`module libbpf survives ${CALLS} hostile calls of a guest with ${width}-bit addresses (seed ${seed})`, () => {
      const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", "--no-check", SCRIPT, `${width}`, `${seed}`, `${CALLS}`],
      }).outputSync();
      const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals(code, 0, `${text}${errors}`);
      assertMatch(text ?? "", /^3000 calls, [1-9]\d\d+ succeeded, left: nothing\n$/);
    });
  }
}
