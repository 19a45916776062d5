import { assertEquals } from "@std/assert";
import { macrosForWasm } from "../../object/testdata/compile.ts";
import { identifier, Names, withCxxNames } from "./identifiers.ts";
import { C_WORDS } from "./words.ts";

Deno.test("identifier() avoids every macro of the headers that a guest's source begins with", () => {
  const headers = [
    "assert",
    "errno",
    "stdbool",
    "stddef",
    "stdint",
    "stdio",
    "stdlib",
    "string",
    "sys/types",
    "unistd",
  ];
  const macros = macrosForWasm(headers.map((name) => `#include <${name}.h>`).join("\n"));
  assertEquals(macros.includes("ENOENT"), true);
  // Names that begin with an underscore are reserved for the compiler.
  assertEquals(macros.filter((name) => !name.startsWith("_") && !C_WORDS.has(name)), []);
});

Deno.test("identifier() changes words of C and nothing else", () => {
  assertEquals(["int", "errno", "event", "new", "$x"].map(identifier), ["int_", "errno_", "event", "new", "$x"]);
});

Deno.test("Names.take() gives each name once", () => {
  const names = new Names(["b"]);
  assertEquals(["a", "a", "a___2", "a", "b", "int", "int_"].map((name) => names.take(name)), [
    "a",
    "a___2",
    "a___2___2",
    "a___3",
    "b___2",
    "int_",
    "int____2",
  ]);
});

Deno.test("withCxxNames() looks at names, not at strings and comments", () => {
  const plain = ['"new"', "int a; /* this */"];
  assertEquals(withCxxNames(plain), plain);
  assertEquals(withCxxNames(["int new;"])[1], "#define new new_");
});
