import { assert, assertEquals, assertMatch } from "@std/assert";
import { genSkeleton, genTypes } from "../codegen/mod.ts";
import { compileSource } from "../object/testdata/compile.ts";
import { type CommandResult, runCommand, withFiles } from "./testdata/run_command.ts";

/** A BPF program with a hash whose values are of type `event`, which is declared like this. */
function objectWith(declaration: string): Uint8Array {
  const type = declaration.slice(0, declaration.indexOf(" {"));
  return compileSource(`${declaration};
    struct { int (*type)[1]; int (*max_entries)[16]; int *key; ${type} *value; } map __attribute__((section(".maps")));
    __attribute__((section("socket"))) int f(void *context) { return 0; }`);
}

/** Compiles a guest for wasm32 that has the skeleton of `object`, and `header` for the type of its variable. */
function compileWith(object: Uint8Array, header: string, options: readonly string[] = ["-o", "OUT"]): CommandResult {
  const encoder = new TextEncoder();
  const files = {
    "x.h": encoder.encode(header),
    "x.skel.h": encoder.encode(genSkeleton(object, { name: "x" })),
    "x.c": encoder.encode(`#include "x.h"\n#include "x.skel.h"\nint main(void) { return x__open() == 0; }`),
  };
  return withFiles(files, (folder) => {
    const words = options.map((word) => word === "OUT" ? `${folder}/out.wasm` : word);
    const result = runCommand(["cc", "--target", "wasm32", `${folder}/x.c`, ...words]);
    const built = [...Deno.readDirSync(folder)].some(({ name }) => name === "out.wasm");
    assertEquals(built, result.code === 0);
    return result;
  });
}

Deno.test("cc --target wasm32 refuses records that the guest lays out differently, with field and fix", () => {
  const cases: [declaration: string, line: RegExp][] = [
    [
      "struct event { int a; unsigned long b; int c; }",
      /struct event has 12 bytes .* 24 .*"b" \(unsigned long\).* make it __u64 on/,
    ],
    [
      "struct event { int a; union { struct { long b[2]; } c; }; }",
      /struct event has .*"c\.b" \(long\).* make it __s64 on/,
    ],
    ["struct event { void *a; }", /struct event has 4 bytes in the guest and 8 .*"a" \(pointer\)/],
    ["union event { long a; int b; }", /union event has 4 bytes/],
  ];
  for (const [declaration, line] of cases) {
    const { code, stderr } = compileWith(objectWith(declaration), `${declaration};`);
    assertEquals(code, 1);
    assertMatch(stderr, line);
    assertMatch(stderr, /^wasm-bpf: Cannot compile for wasm32: [^\n]* compile for wasm64\)\n$/);
  }
});

Deno.test("cc --target wasm32 refuses an object file with such a record too", () => {
  const declaration = "struct event { long a; }";
  const { code, stderr } = compileWith(objectWith(declaration), `${declaration};`, ["-c", "-o", "OUT"]);
  assertEquals(code, 1);
  assertMatch(stderr, /struct event has 4 bytes/);
});

Deno.test("cc --target wasm32 takes records of the same layout, and those of gen types", () => {
  const same = "struct event { int a : 3; int b : 7; long long c; char d[3]; enum { ONE } e; }";
  assertEquals(compileWith(objectWith(same), `${same};`), { code: 0, stdout: "", stderr: "" });
  const long = objectWith("struct event { long a; void *b; }");
  const types = genTypes(long, { name: "x" });
  assert(types.includes("struct event {"));
  assertEquals(compileWith(long, types), { code: 0, stdout: "", stderr: "" });
});
