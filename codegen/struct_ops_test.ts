import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkForWasm, compileObject, compileSource, outputOf } from "../object/testdata/compile.ts";
import { genSkeleton } from "./c/skeleton.ts";

const SDK = new URL("../wasm-include/c/", import.meta.url).pathname;

/** Two maps, one with a link, of a struct with members of every kind. */
const SOURCE = `
  enum mode { SLOW, FAST };
  struct my_ops {
    int (*first)(void *);
    unsigned flags;
    char name[6];
    unsigned short hits : 3, more : 5;
    enum mode mode;
    void *owner;
    long long limit;
    struct { int a; } inner;
    _Bool new;
  };
  __attribute__((section("struct_ops"))) int first(void *context) { return 0; }
  __attribute__((section(".struct_ops.link"))) struct my_ops with_link = { .first = first, .flags = 3 };
  __attribute__((section(".struct_ops"))) struct my_ops plain = { .first = first };
  int (*map)[1];`;

/** The names in braces before `} field;`, in the struct of the skeleton. */
function group(skeleton: string, field: string): string[] {
  const body = new RegExp(`struct \\{((?:\\s*struct \\w+ \\*\\w+;)*)\\s*\\} ${field};`).exec(skeleton)?.[1] ?? "";
  return [...body.matchAll(/\*(\w+);/g)].map((match) => match[1] ?? "");
}

Deno.test("genSkeleton() has links and initial values of struct_ops maps", () => {
  const skeleton = genSkeleton(compileSource(SOURCE), { name: "x" });
  assertEquals(group(skeleton, "maps"), ["bss", "with_link", "plain"]);
  assertEquals(group(skeleton, "links"), ["first", "with_link", "plain"]);
  assertEquals(skeleton.match(/s->maps\[\d\]\.link = .*;/g), [
    "s->maps[1].link = &obj->links.with_link;",
    "s->maps[2].link = &obj->links.plain;",
  ]);
  const offsets = [...skeleton.matchAll(/offsetof\(__typeof__\(\*s->struct_ops\.plain\), (\w+)\) == (\d+)/g)];
  assertEquals(offsets.map(([, name, offset]) => [name, Number(offset)]), [
    ["flags", 8],
    ["mode", 20],
    ["limit", 32],
    ["new", 44],
  ]);
});

Deno.test("genSkeleton() has programs among the members of struct_ops for version 2, and only numbers for version 1", () => {
  const skeleton = genSkeleton(compileSource(SOURCE), { name: "x" });
  const [, first = "", second = ""] =
    /x__plain__my_ops \{\n#ifdef WASM_BPF_LIBBPF_WASM_H\n([^#]*)#else\n([^#]*)#endif\n/.exec(skeleton) ?? [];
  const members = (lines: string) => lines.split(";").map((line) => line.trim()).slice(0, 3);
  assertEquals(members(first), ["char __pad0[8]", "unsigned int flags", "char __pad1[8]"]);
  assertEquals(members(second), ["struct bpf_program *first", "unsigned int flags", "char __pad0[8]"]);
});

for (
  const [language, options, boolean] of [["C", [], "new"], ["C++", ["-x", "c++", "-fno-exceptions"], "new_"]] as const
) {
  Deno.test(`genSkeleton() makes struct_ops maps that ${language} guests can set and attach`, () => {
    const skeleton = genSkeleton(compileSource(SOURCE), { name: "x" });
    checkForWasm(
      `#include "libbpf-wasm.h"
       ${skeleton}
       int main(void) {
         struct x *skel = x__open();
         if (!skel) return 1;
         skel->struct_ops.with_link->flags |= 4;
         skel->struct_ops.plain->${boolean} = true;
         int err = x__load(skel);
         if (!err) err = x__attach(skel);
         if (!skel->links.with_link || !skel->maps.plain) err = 2;
         x__detach(skel);
         x__destroy(skel);
         return err;
       }`,
      ["-Wextra", "-Wno-unused-function", "-I", SDK, ...options],
    );
  });
}

/** bpftool writes links of struct_ops maps since version 7.5. */
const bpftool = /bpftool v(\d+)\.(\d+)/.exec(outputOf("bpftool", ["version"], new Uint8Array()));
const hasLinks = Number(bpftool?.[1]) * 100 + Number(bpftool?.[2]) >= 705;
if (!hasLinks) console.warn(`skipped: ${bpftool?.[0]} does not support links of struct_ops maps`);

Deno.test({
  name: "genSkeleton() has the groups that bpftool gives an object with struct_ops maps and hidden variables",
  ignore: !hasLinks,
  fn() {
    const hidden = '__attribute__((visibility("hidden"))) int secret; int shown;';
    const source = `${SOURCE} ${hidden} int use(void) { return secret + shown; }`;
    for (const object of [compileSource(source), compileObject("sections")]) {
      const own = genSkeleton(object, { name: "x" });
      const expected = outputOf("bpftool", ["gen", "skeleton", "FILE", "name", "x"], object);
      for (const field of ["maps", "progs", "links"]) assertEquals(group(own, field), group(expected, field));
      const structs = (text: string) => [...text.matchAll(/struct (x__\w+) \{/g)].map((match) => match[1]);
      assertEquals(structs(own), structs(expected));
      const linked = (text: string) =>
        [...text.matchAll(/link = &obj->links\.(\w+);/g)].map((match) => match[1]).sort();
      assertEquals(linked(own), linked(expected));
    }
    assertStringIncludes(genSkeleton(compileSource(source), { name: "x" }), "int shown;");
  },
});
