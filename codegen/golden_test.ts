import { assert, assertEquals } from "@std/assert";
import { checkForWasm } from "../object/testdata/compile.ts";
import { genSkeletonIn, isLanguage, LANGUAGES } from "./languages.ts";
import { goldenFiles, goldenPath, typesObject } from "./testdata/golden.ts";

for (const [name, content] of goldenFiles()) {
  Deno.test(`each writer writes ${name} as committed (codegen/testdata/golden.ts updates it)`, () => {
    assertEquals(content.split("\n"), Deno.readTextFileSync(goldenPath(name)).split("\n"));
  });
}

Deno.test("the types in C compile for wasm32 as C and as C++, with the kernel's sizes and offsets", () => {
  const header = Deno.readTextFileSync(goldenPath("types.c.txt"));
  for (const options of [[], ["-x", "c++"]]) checkForWasm(`${header}\nint unused;`, options);
});

Deno.test("each writer writes a skeleton with an object of 1 MB in less than two seconds", () => {
  const bytes = Uint8Array.from({ length: 1 << 20 }, (_, i) => i * 131 >> 3 & 0xff);
  const object = typesObject();
  for (const language of LANGUAGES.filter(isLanguage)) {
    const started = performance.now();
    const { length } = genSkeletonIn(language, object, { name: "types", bytes });
    const elapsedMs = performance.now() - started;
    assert(length > 1_000_000 && elapsedMs < 2000, `${language}: ${length} characters in ${elapsedMs} ms`);
  }
});
