/** Tests that types which BTF allows, but C compilers seldom write, compile as C and C++ with the offsets of BTF. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkForWasm, compileSource } from "../object/testdata/compile.ts";
import { RawBtf, type RawMember } from "../object/testdata/raw_btf.ts";
import { FormatError } from "../errors/mod.ts";
import { genSkeleton } from "./c/skeleton.ts";
import { genTypes, genTypesOfBtf } from "./c/types.ts";

const SDK = new URL("../wasm-include/c/", import.meta.url).pathname;

const CXX = ["-x", "c++", "-fno-exceptions"];

/** Compiles the header of `types` in both languages. Its assertions check sizes and offsets. */
function checkedTypes(btf: RawBtf, types: readonly string[]): string {
  const header = genTypesOfBtf(btf.bytes(), { name: "x", types });
  for (const options of [[], CXX]) checkForWasm(`${header}\nint unused;`, options);
  return header;
}

/** Compiles a skeleton with a variable `v` of each type in both languages, together with the header of types. */
function checkedSkeleton(btf: RawBtf, variables: readonly (readonly [string, number, number])[]): string {
  let end = 0;
  btf.section(
    ".data",
    variables.map(([name, type, size]) => {
      const offset = end;
      end = Math.ceil((offset + size) / 16) * 16;
      return [name, type, offset, size];
    }),
  );
  const object = btf.object({ ".data": end });
  const types = genTypes(object, { name: "x", all: true });
  const skeleton = genSkeleton(object, { name: "x" });
  for (const options of [[], CXX]) {
    checkForWasm(`#include "libbpf-wasm.h"\n${types}\n${skeleton}`, ["-Wno-unused-function", "-I", SDK, ...options]);
  }
  return skeleton;
}

Deno.test("genTypes() leaves out unnamed members other than structs, as gaps", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const array = btf.array(int, 2);
  btf.struct("s", 24, [["", int, 0, 0], ["a", int, 32, 0], ["", array, 64, 0], ["", int, 128, 3], ["b", int, 131, 5], [
    "",
    int,
    160,
    0,
  ]]);
  const header = checkedTypes(btf, ["s"]);
  assertStringIncludes(header, "offsetof(struct s, a) == 4");
  btf.struct("none", 8, [["", array, 0]]);
  assertStringIncludes(checkedTypes(btf, ["none"]), "sizeof(struct none) == 8");
});

Deno.test("genTypes() writes unnamed members of named types in place", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const inner = btf.struct("inner", 8, [["a", int, 0], ["b", int, 32]]);
  const named = btf.on("typedef", btf.struct("", 4, [["c", int, 0]]), "named_t");
  const header =
    (btf.struct("outer", 16, [["x", int, 0], ["", inner, 32], ["", named, 96]]), checkedTypes(btf, ["outer"]));
  assertStringIncludes(header, "offsetof(struct outer, b) == 8");
  assertStringIncludes(header, "offsetof(struct outer, c) == 12");
});

Deno.test("genTypes() keeps members of one name apart", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const anonymous = btf.struct("", 4, [["a", int, 0]]);
  btf.struct("s", 16, [["a", int, 0], ["", anonymous, 32], ["a", int, 64], ["a___2", int, 96]]);
  const header = checkedTypes(btf, ["s"]);
  assertStringIncludes(header, "offsetof(struct s, a) == 0");
  assertStringIncludes(header, "offsetof(struct s, a___2) == 4");
  assertStringIncludes(header, "offsetof(struct s, a___3) == 8");
  assertStringIncludes(header, "offsetof(struct s, a___2___2) == 12");
  const long = btf.int("long", 8);
  checkedSkeleton(btf, [["v", btf.struct("t", 24, [["a", int, 0], ["b", long, 64], ["a", int, 128]]), 24]]);
});

Deno.test("genTypes() writes bit-fields of every integer, and refuses those of anything else", () => {
  const btf = new RawBtf();
  const bool = btf.int("_Bool", 1, "bool");
  const long = btf.int("long", 8);
  const wide = btf.int("__int128", 16);
  const negative = btf.enum("negative", 4, { MINUS: -1 }, true);
  btf.struct("s", 48, [["flag", bool, 0, 1], ["three", bool, 1, 3], ["l", long, 4, 40], ["e", negative, 64, 7], [
    "w",
    wide,
    128,
    100,
  ]]);
  btf.struct("u", 8, [["a", long, 0, 33], ["b", negative, 0, 2]], "union");
  checkedTypes(btf, ["s", "u"]);
  const float = btf.float("float", 4);
  const pointer = btf.on("ptr", 0);
  const odd = btf.int("odd", 3);
  const array = btf.array(long, 1);
  const struct = btf.struct("", 4, [["x", negative, 0]]);
  for (const [i, type] of [float, pointer, odd, array, struct].entries()) {
    btf.struct(`bad${i}`, 8, [["m", type, 0, 3]]);
    const types = [`bad${i}`];
    assertThrows(() => genTypesOfBtf(btf.bytes(), { name: "x", types }), FormatError, `member "m" of type`);
  }
});

Deno.test("genTypes() writes enums of every size, forward enums and unnamed ones", () => {
  const btf = new RawBtf();
  const members: RawMember[] = [
    ["byte", btf.enum("byte", 1, { B: 255 }), 0],
    ["half", btf.enum("half", 2, { H: -2 }, true), 16],
    ["word", btf.enum("word", 4, { W: -1 >>> 0 }), 32],
    ["big", btf.enum64("big", { MIN: -(2n ** 63n), MAX: 2n ** 63n - 1n }, true), 64],
    ["huge", btf.enum64("huge", { HUGE: 2n ** 64n - 1n }), 128],
    ["forward", btf.enum("forward", 4, {}), 192],
    ["unnamed", btf.enum("", 4, { U: 1 }), 224],
  ];
  btf.struct("s", 32, members);
  const header = checkedTypes(btf, ["s"]);
  assertStringIncludes(header, "    B = 255,");
  assertStringIncludes(header, "    HUGE = 18446744073709551615ULL,");
});

Deno.test("genTypes() takes tags, floats, empty structs and arrays of nothing", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const empty = btf.struct("empty", 0, []);
  const tagged = btf.on("typedef", btf.on("type_tag", btf.on("const", int), "user"), "tagged_t");
  btf.tag(tagged, 'a tag with " and spaces');
  const s = btf.struct("s", 64, [
    ["none", btf.array(int, 0), 0],
    ["e", empty, 0],
    ["es", btf.array(empty, 5), 0],
    ["t", tagged, 0],
    ["f", btf.float("float", 4), 32],
    ["d", btf.float("double", 8), 64],
    ["ld", btf.float("long double", 16), 128],
    ["odd", btf.float("odd", 10), 256],
    ["three", btf.int("three", 3), 344],
    ["forward", btf.on("ptr", btf.forward("gone")), 384],
    ["end", btf.array(int, 0), 512],
  ]);
  btf.tag(s, "on a member", 3);
  const header = checkedTypes(btf, ["s"]);
  assertStringIncludes(header, "sizeof(struct empty) == 0");
});

Deno.test("genSkeleton() compiles for an empty section, unnamed variables and variables of one name", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const s = btf.struct("s", 8, [["a", int, 0], ["b", int, 32]]);
  btf.section(".rodata", []);
  const skeleton = checkedSkeleton(btf, [["same", int, 4], ["same", s, 8], ["", int, 4], ["last", int, 4]]);
  assertStringIncludes(skeleton, "offsetof(__typeof__(*s->data), same___2) == 16");
  assertStringIncludes(skeleton, "offsetof(__typeof__(*s->data), last) == 48");
});

Deno.test("genTypes() and genSkeleton() take names of any length", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const long = "n".repeat(5000);
  const s = btf.struct(`s${long}`, 4, [[`m${long}`, int, 0]]);
  checkedSkeleton(btf, [[`v${long}`, s, 4]]);
});

Deno.test("genTypes() and genSkeleton() follow any number of typedefs", () => {
  const btf = new RawBtf();
  const struct = btf.struct("", 4, [["a", btf.int("int", 4), 0]]);
  let last = struct;
  for (let i = 0; i < 20_000; i++) last = btf.on(i % 3 === 0 ? "const" : "typedef", last, i % 3 === 0 ? "" : `t${i}`);
  assertStringIncludes(checkedSkeleton(btf, [["v", last, 4]]), "t1 v;");
});

Deno.test("genTypes() writes structs within each other as deeply as compilers take them", () => {
  for (const [depth, isNamed] of [[200, false], [5000, true]] as const) {
    const btf = new RawBtf();
    let last = btf.int("int", 4);
    for (let i = 0; i < depth; i++) last = btf.struct(isNamed ? `s${i}` : "", 4, [["m", last, 0]]);
    last = btf.struct("outer", 4, [["m", last, 0]]);
    checkedSkeleton(btf, [["v", last, 4]]);
  }
  const btf = new RawBtf();
  let last = btf.int("int", 4);
  for (let i = 0; i < 10_000; i++) last = btf.struct("", 4, [["m", last, 0]]);
  btf.struct("outer", 4, [["m", last, 0]]);
  const error = assertThrows(() => genTypesOfBtf(btf.bytes(), { name: "x", types: ["outer"] }), FormatError);
  assertStringIncludes(error.message, "is within 240 others, and compilers take no more");
});

Deno.test("genTypes() writes a struct of 65,535 structs, and an enum of as many constants", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const members: RawMember[] = [];
  for (let i = 0; i < 65_535; i++) {
    members.push(["", btf.struct("", 12, [[`a${i}`, int, 0], [`b${i}`, int, 32], [`c${i}`, int, 64]]), i * 96]);
  }
  btf.struct("wide", 65_535 * 12, members);
  btf.enum("many", 4, Object.fromEntries(members.map((_, i) => [`E${i}`, i])));
  const header = genTypesOfBtf(btf.bytes(), { name: "x", types: ["wide", "many"] });
  assertStringIncludes(header, "offsetof(struct wide, c65534) == 786416");
  assertStringIncludes(header, "    E65534 = 65534,");
});

Deno.test("genTypes() and genSkeleton() give names that C or C++ have another use for a _", () => {
  const names = ["class", "new", "int", "restrict", "_Bool", "typeof", "asm", "bool", "errno", "stdin", "EOF", "NULL"];
  names.push("linux", "unix", "template", "static_assert", "and", "this", "inline", "nullptr", "operator", "while");
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  btf.struct("s", names.length * 4, names.map((name, i) => [name, int, i * 32]));
  btf.enum("constants", 4, Object.fromEntries(names.map((name, i) => [name, i])));
  const variables = names.map((name, i) => {
    const struct = i % 2 === 0
      ? btf.struct(name, 4, [["m", int, 0]])
      : btf.on("typedef", btf.struct("", 4, [["m", int, 0]]), `${name}`);
    return [name, struct, 4] as const;
  });
  const skeleton = checkedSkeleton(btf, variables);
  const types = genTypesOfBtf(btf.bytes(), { name: "y", types: ["s"] });
  for (const options of [[], CXX]) checkForWasm(`${types}\nint unused;`, options);
  const use = (suffix: string) => `
    int main(void) { struct x *s = x__open(); return s->data->new${suffix}.m + s->data->int_.m + s->data->errno_.m; }`;
  const object = btf.object({ ".data": names.length * 16 });
  const shared = `#include "libbpf-wasm.h"\n${genTypes(object, { name: "x", all: true })}\n${skeleton}`;
  checkForWasm(shared + use(""), ["-Wno-unused-function", "-I", SDK]);
  checkForWasm(shared + use("_"), ["-Wno-unused-function", "-I", SDK, ...CXX]);
  assertEquals(skeleton.includes("#define new new_\n"), true);
});

Deno.test("genSkeleton() gives programs and maps whose names are words a _, and finds them by their own names", () => {
  const object = compileSource(`
    #define SEC(name) __attribute__((section(name), used))
    struct { int (*type)[2]; int *key, *value; int (*max_entries)[1]; } new SEC(".maps"), errno SEC(".maps"), bss SEC(".maps");
    int counter, EOF SEC(".data.a_b"), other SEC(".data.a-b");
    SEC("xdp") int class(void *context) { return counter; }
    SEC("xdp") int stdin(void *context) { return EOF + other; }
    SEC("xdp") int by_label(void *context) asm("int");
    int by_label(void *context) { return 1; }`);
  const skeleton = genSkeleton(object, { name: "x" });
  for (const [options, suffix] of [[[], ""], [CXX, "_"]] as const) {
    checkForWasm(
      `#include "libbpf-wasm.h"
       ${skeleton}
       int main(void) {
         struct x *s = x__open();
         bpf_program__set_autoload(s->progs.class${suffix}, false);
         bpf_program__set_autoload(s->progs.stdin_, !s->links.int_);
         s->data_a_b->EOF_ = s->data_a_b___2->other = s->bss->counter;
         return bpf_map__fd(s->maps.new${suffix}) + bpf_map__fd(s->maps.errno_) + bpf_map__fd(s->maps.bss___2);
       }`,
      ["-Wno-unused-function", "-I", SDK, ...options],
    );
  }
  assertEquals([...skeleton.matchAll(/ps\[\d\]\.name = "(.*)";/g)].map((match) => match[1]), [
    "new",
    "errno",
    "bss",
    "x.bss",
    ".data.a_b",
    ".data.a-b",
  ]);
  assertEquals([...skeleton.matchAll(/progs\[\d\]\.name = "(.*)";/g)].map((match) => match[1]), [
    "class",
    "stdin",
    "int",
  ]);
});

Deno.test("genTypes() refuses types that need too much text", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  btf.struct("s".repeat(60_000), 4 * 2000, Array.from({ length: 2000 }, (_, i) => [`m${i}`, int, i * 32]));
  const types = ["s".repeat(60_000)];
  const error = assertThrows(() => genTypesOfBtf(btf.bytes(), { name: "x", types }), FormatError);
  assertStringIncludes(error.message, "its types are too large to be written out");
});
