/** Tests the usage and help of the examples, and their sizes, which do not depend on the kernel. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runWasmBpf } from "./command.ts";
import { example, PERMISSIONS_OF } from "./running_example.ts";

for (const [name, args] of Object.entries({ sockfilter: [], xdp: [], uprobe: ["one"], lsm: [], sockops: ["a", "b"] })) {
  Deno.test(`${name} shows its usage on stderr and exits 1 when called wrongly`, async () => {
    const { code, stdout, stderr } = await runWasmBpf([example(name), ...args]);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, `Usage: ${name}`);
  });
}

const FOLDER = new URL("../../examples/", import.meta.url).pathname;

/** The examples in C. */
const names = [...Deno.readDirSync(FOLDER)].filter((one) => one.isDirectory).map(({ name }) => name).filter((name) => {
  const files = [...Deno.readDirSync(FOLDER + name)].map((file) => file.name);
  return files.includes(`${name}.bpf.c`) && files.includes(`${name}.c`);
});

for (const name of names) {
  Deno.test(`${name} --help shows its usage on stdout, and -h does`, async () => {
    for (const flag of ["--help", "-h"]) {
      const { code, stdout, stderr } = await runWasmBpf([...PERMISSIONS_OF[name] ?? [], example(name), flag]);
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, `Usage: ${name}`);
    }
  });
  // Those that print names of functions contain libelf and zlib.
  const usesLibelf = /"symbols.h"/.test(Deno.readTextFileSync(`${FOLDER}${name}/${name}.c`));
  const limit = usesLibelf ? 120_000 : 90_000;
  Deno.test(`${name}.wasm is smaller than ${limit / 1000} kB`, async () => {
    assert((await Deno.stat(example(name))).size < limit);
  });
}

Deno.test("runqlat gives the reason for refusing its arguments", async () => {
  for (const args of [["0"], ["x"], ["1", "-3"], ["1", "2", "3"], ["-p", "0"], ["--bogus"]]) {
    const { code, stdout, stderr } = await runWasmBpf([example("runqlat"), ...args]);
    assertEquals([code, stdout], [1, ""]);
    assert(stderr !== "");
  }
});
