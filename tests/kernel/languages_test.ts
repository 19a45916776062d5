/** Runs one guest in several languages, with the imports and the callbacks that published guests use. */

import { assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;
const GUESTS = `${ROOT}.build/guests/languages/`;

/** The output of each guest: five records, once, and then the map's elements. */
const LINES = [
  "attach 0",
  "record 0 0 of 16 bytes, context 42",
  "record 1 1 of 16 bytes, context 42",
  "record 2 4 of 16 bytes, context 42",
  "record 3 9 of 16 bytes, context 42",
  "record 4 16 of 16 bytes, context 42",
  "poll 5",
  "poll 0",
  "lookup 0 9",
  "missing -2",
  "keys 5",
  "close 0",
];
const EXIT_CODE = 7;

function testGuest(behaviour: string, module: string, options: readonly string[] = []): void {
  const skipped = reasonToSkip(module);
  const name = `runGuest() runs ${behaviour}`;
  Deno.test({
    name: skipped === undefined ? name : `${name} (skipped: ${skipped})`,
    ignore: skipped !== undefined,
    fn: async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--allow-ffi", "cli.ts", ...options, `${GUESTS}${module}.wasm`],
        cwd: ROOT,
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      assertEquals(new TextDecoder().decode(stdout).trimEnd().split("\n"), LINES);
      assertEquals(code, EXIT_CODE);
    },
  });
}

/** The reason why scripts/build_guests.sh did not build the module. */
function reasonToSkip(module: string): string | undefined {
  try {
    return Deno.readTextFileSync(`${GUESTS}${module}.skipped`).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

testGuest("Rust, with pointers declared as 64-bit and a callback that returns nothing", "rust");
testGuest("Go, with its callback as an export", "go");
testGuest('AssemblyScript, with a function table called "table"', "assemblyscript");
testGuest("C++, with a lambda as its callback", "cplusplus");
testGuest('C that imports from module "env" and exports no function table', "env_imports");
testGuest("C that chooses the names of its callback and of the wrapper's module", "renamed_wrapper", [
  "--callback-export=on record",
  "--wrapper-module=my wrapper",
]);
