/** Runs one guest in several languages, with the imports and the callbacks that published guests use. */

import { assertEquals } from "@std/assert";
import { modelOf } from "../../codegen/object_model.ts";
import { namedInC } from "../guests/languages/layouts/cpp.ts";
import { layoutLines, VALUE_LINES } from "../guests/languages/layouts/layout_lines.ts";
import { run, runWasmBpf } from "./command.ts";
import { RunningExample } from "./running_example.ts";

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
testGuest("Rust, with the published crate wasm-bpf-binding", "rust_published");
testGuest("Go, with its callback as an export", "go");
testGuest('Go that imports from module "env", as guests of TinyGo do', "go_env");
testGuest('AssemblyScript, with a function table called "table"', "assemblyscript");
testGuest("C++, with a lambda as its callback", "cplusplus");
testGuest('C that imports from module "env" and exports no function table', "env_imports");
testGuest("C that chooses the names of its callback and of the wrapper's module", "renamed_wrapper", [
  "--callback-export=on record",
  "--wrapper-module=my wrapper",
]);

/** The reason why an example in another language was not built. */
function whyMissing(path: string): string | undefined {
  try {
    Deno.statSync(path);
    return undefined;
  } catch {
    return "its compiler is missing";
  }
}

/** The structs of codegen/testdata/types.bpf.c, as a guest in each language sees them. */
function testLayouts(language: string): void {
  const module = `${GUESTS}${language}_types.wasm`;
  const ignore = whyMissing(module) !== undefined;
  const name = `generated types have the kernel's sizes and offsets, and their bit-fields work (${language})`;
  Deno.test({
    name: ignore ? `${name} (skipped: its compiler is missing)` : name,
    ignore,
    fn: async () => {
      const model = modelOf(Deno.readFileSync(`${GUESTS}types.bpf.o`), { name: "types" });
      const { code, stdout, stderr } = await runWasmBpf([module]);
      // Records in AssemblyScript are properties at offsets, so that gaps are no fields.
      const fields = layoutLines(language === "cpp" ? namedInC(model) : model).filter((line) =>
        language !== "assemblyscript" || !/\._pad\d+ /.test(line)
      );
      const lines = [...fields, ...VALUE_LINES];
      assertEquals([code, stderr, stdout.trimEnd().split("\n")], [0, "", lines]);
    },
  });
}

for (const language of ["cpp", "rust", "go", "assemblyscript", "zig"]) testLayouts(language);

/** The same lines as the example bootstrap in C, from the same BPF programs. */
function testBootstrap(example: string): void {
  const module = `${ROOT}examples/${example}/${example}.wasm`;
  const ignore = whyMissing(module) !== undefined;
  const name = `${example} prints the lines of bootstrap, and ends cleanly`;
  Deno.test({
    name: ignore ? `${name} (skipped: its compiler is missing)` : name,
    ignore,
    fn: async () => {
      const directory = await Deno.makeTempDir();
      try {
        const program = `wbl${crypto.randomUUID().slice(0, 8)}`;
        await Deno.copyFile("/bin/true", `${directory}/${program}`);
        await using c = await RunningExample.start("bootstrap");
        await using other = await RunningExample.start(module);
        for (let i = 0; i < 20; i++) await run(`${directory}/${program}`, []);
        const pattern = new RegExp(` ${program} `);
        // The clocks of the two guests can differ by a second.
        const lines = async (example: RunningExample) =>
          (await example.matching(pattern, 40)).map((line) => line.replace(/^\S+/, "").replace(/\(\d+ms\)/, "(time)"));
        assertEquals(await lines(other), await lines(c));
        assertEquals(other.header, c.header);
        const { status, stderr } = await other.stop();
        assertEquals([status.code, stderr], [0, ""]);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}

for (const language of ["cpp", "rust", "go", "assemblyscript", "zig"]) testBootstrap(`${language}-bootstrap`);
