import { assertEquals } from "@std/assert";
import { expandResponseFiles, isCxx, isSource, readClangWords } from "./clang_words.ts";

const read = (text: string) => readClangWords(text.split(" "));

Deno.test("readClangWords() tells inputs from the values of options", () => {
  const words = read("-I include a.c -D NAME -include x.h -x c++ b.cc -l m -L lib c.o -MF deps -Xclang -v -");
  assertEquals(words.inputs, ["a.c", "b.cc", "c.o", "-"]);
  assertEquals(words.options.join(" "), "-I include -D NAME -include x.h -x c++ -l m -L lib -MF deps -Xclang -v");
  assertEquals(words.action, "link");
});

Deno.test("readClangWords() takes the output out and keeps the order of the other words", () => {
  for (
    const text of ["-Ia x.c -o out -DB", "-Ia x.c -oout -DB", "-Ia x.c --output out -DB", "-o no -Ia x.c -DB -oout"]
  ) {
    const { output, words } = read(text);
    assertEquals([output, words], ["out", ["-Ia", "x.c", "-DB"]]);
  }
  assertEquals(read("x.c").output, undefined);
});

Deno.test("readClangWords() finds an option whose value is missing", () => {
  const incomplete = ["a.c -o", "a.c -I", "-D", "a.c -o -I", "a.c -I."].map((text) => read(text).incomplete);
  assertEquals(incomplete, ["-o", "-I", "-D", undefined, undefined]);
});

Deno.test("readClangWords() finds the last phase, debug information and optimization", () => {
  const actions = ["x.c", "-c x.c", "-S x.c", "-E x.c", "-c -E x.c", "-fsyntax-only x.c", "-M x.c", "-MMD -c x.c"];
  assertEquals(actions.map((text) => read(text).action), [
    "link",
    "object",
    "text",
    "text",
    "text",
    "text",
    "text",
    "object",
  ]);
  const debug = ["x.c", "-g x.c", "-g -g0 x.c", "-g0 -gdwarf-5 x.c", "-ggdb x.c"];
  assertEquals(debug.map((text) => read(text).debug), [false, true, false, true, true]);
  assertEquals(["-O2 x.c", "-O x.c", "x.c"].map((text) => read(text).optimizes), [true, true, false]);
});

Deno.test("readClangWords() finds what must not be linked", () => {
  const flags = (text: string) => {
    const { noStartup, noLibraries, reactor } = read(text);
    return [noStartup, noLibraries, reactor];
  };
  assertEquals(flags("x.c"), [false, false, false]);
  assertEquals(flags("-nostartfiles x.c"), [true, false, false]);
  assertEquals(flags("-nostdlib x.c"), [true, true, false]);
  assertEquals(flags("-mexec-model=reactor x.c"), [false, false, true]);
});

Deno.test("expandResponseFiles() splits as GNU's tools do, and keeps files that it cannot read", () => {
  const files: Record<string, string> = { a: `-DX="a b" 'c\\d' e\\ f "" \n\t@b`, b: "g @a.missing @b" };
  const words = expandResponseFiles(["@a", "x.c", "@", "@none"], (path) => files[path]);
  assertEquals(words.slice(0, 6), ["-DX=a b", "c\\d", "e f", "", "g", "@a.missing"]);
  assertEquals(words.slice(-3), ["x.c", "@", "@none"]);
});

Deno.test("isSource() and isCxx() go by the extension", () => {
  assertEquals(["a.c", "a.i", "a.cc", "a.C", "a.o", "c", "a.bpf.o"].map(isSource), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  assertEquals(["a.c", "a.cpp", "a.C"].map(isCxx), [false, true, true]);
});
