/** Tests members and variables whose type BTF cannot express. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkForWasm, compileSource } from "../object/testdata/compile.ts";
import { genSkeleton } from "./c/skeleton.ts";
import { genTypes } from "./c/types.ts";
import { modelOf } from "./object_model.ts";

const SDK = new URL("../wasm-include/c/", import.meta.url).pathname;

const CXX = ["-x", "c++", "-fno-exceptions"];

Deno.test("genTypes() and genSkeleton() leave out members and variables of _Atomic types, for which clang writes void", () => {
  const object = compileSource(`
    struct s { int before; _Atomic long counter; int after; } variable;
    _Atomic int alone;
    int last;
    __attribute__((section("xdp"), used)) int f(void *c) { return variable.after + last; }`);
  const types = genTypes(object, { name: "x" });
  const skeleton = genSkeleton(object, { name: "x" });
  assertStringIncludes(types, "offsetof(struct s, after) == 16");
  assertStringIncludes(skeleton, "offsetof(__typeof__(*s->bss), last) ==");
  for (const options of [[], CXX]) {
    checkForWasm(`#include "libbpf-wasm.h"\n${types}\n${skeleton}`, ["-Wno-unused-function", "-I", SDK, ...options]);
  }
  const { sections, records } = modelOf(object, { name: "x" });
  assertEquals(records[0]?.fields.map(({ name, offset }) => `${name} ${offset}`), [
    "before 0",
    "_pad4 4",
    "after 16",
    "_pad20 20",
  ]);
  assertEquals(sections[0]?.variables.fields.filter(({ role }) => role === "member").map(({ name }) => name).sort(), [
    "last",
    "variable",
  ]);
});
