import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { evaluate, macros, type Source } from "./clang.ts";
import { readDeclarations } from "./declarations.ts";

const HEADER: Source = {
  code: `
#include <stdarg.h>
typedef unsigned int __u32;
typedef __u32 handle_t;
typedef int (*print_fn_t)(const char *, va_list);
enum level { WARN, INFO = 5, DEBUG, OLD = INFO, WIDE = (long long)7 };
struct opaque;
struct point {
  char kind;
  union { long x; struct { short left, right; }; };
  __u32 wide : 3, high : 29;
  struct { int inside; } named;
  char *names[2][3];
};
const char *name_of(const struct opaque *restrict what, const void *data, char *const buffer);
handle_t open_it(enum level level, _Bool quick, unsigned long long *__count, int pair[2]);
print_fn_t set_print(print_fn_t fn, va_list ap);
int many(int first, ...);
void nothing(void);
int printf(const char *format, ...);
`,
  options: ["--target=x86_64-linux-gnu"],
};

Deno.test("Declarations.nestedFields() names the fields of structs without a tag", async () => {
  const code = `struct inner { int x; };
struct options { long size; union { int one; struct { int low, high; } pair; }; struct inner tagged; };`;
  const declarations = await readDeclarations({ code, options: [] });
  const names = declarations.nestedFields("options").map(({ name }) => name);
  assertEquals(names, ["size", "one", "pair.low", "pair.high", "tagged"]);
});

Deno.test("function() gives names and types", async () => {
  const declarations = await readDeclarations(HEADER);
  const { result, parameters } = declarations.function("name_of");
  assertEquals(result.spelling, "const char *");
  assertEquals(parameters.map(({ name, type }) => `${name}: ${type.kind} ${type.spelling}`), [
    "what: pointer const struct opaque *",
    "data: pointer const void *",
    "buffer: pointer char *",
  ]);
  assertEquals(parameters[0]?.type, {
    kind: "pointer",
    to: { kind: "struct", name: "opaque", spelling: "struct opaque" },
    toConst: true,
    spelling: "const struct opaque *",
  });
  assertEquals(declarations.function("nothing"), {
    name: "nothing",
    result: { kind: "void", spelling: "void" },
    parameters: [],
    isVariadic: false,
  });
  assertEquals(declarations.function("many").isVariadic, true);
  assertEquals(declarations.function("printf").parameters.map(({ name }) => name), ["format"]);
  assertThrows(() => declarations.function("absent"), Error, "Cannot find function absent in the headers");
});

Deno.test("function() follows typedefs and keeps their names", async () => {
  const declarations = await readDeclarations(HEADER);
  const { result, parameters } = declarations.function("open_it");
  assertEquals(result, { kind: "integer", bits: 32, signed: false, spelling: "handle_t" });
  assertEquals(parameters.map(({ name, type }) => [name, type.kind, type.spelling]), [
    ["level", "enum", "enum level"],
    ["quick", "bool", "bool"],
    ["count", "pointer", "unsigned long long *"],
    ["pair", "pointer", "int *"],
  ]);
  const print = declarations.function("set_print");
  assertEquals([print.result.kind, print.result.spelling], ["pointer", "print_fn_t"]);
  assertEquals(print.parameters.map(({ type }) => [type.kind, type.spelling]), [
    ["pointer", "print_fn_t"],
    ["pointer", "va_list"],
  ]);
});

Deno.test("va_list is a pointer on both architectures", async () => {
  for (const architecture of ["x86_64", "aarch64"]) {
    const declarations = await readDeclarations({ ...HEADER, options: [`--target=${architecture}-linux-gnu`] });
    const list = declarations.function("set_print").parameters[1]?.type;
    assertEquals([list?.kind, list?.spelling], ["pointer", "va_list"], architecture);
  }
});

Deno.test("fields() includes those of unnamed structs and unions", async () => {
  const declarations = await readDeclarations(HEADER);
  assertEquals(declarations.fields("point").map(({ name, isBitField }) => `${name}${isBitField ? " in bits" : ""}`), [
    "kind",
    "x",
    "left",
    "right",
    "wide in bits",
    "high in bits",
    "named",
    "names",
  ]);
  const names = declarations.fields("point").at(-1)?.type;
  assertEquals(names?.kind === "array" && [names.length, names.of.kind, names.of.spelling], [2, "array", "char *[3]"]);
  assertEquals([declarations.isComplete("point"), declarations.isComplete("opaque")], [true, false]);
  assertThrows(() => declarations.fields("opaque"), Error, "Cannot find struct opaque");
});

Deno.test("enumerators() counts on from the last value", async () => {
  const declarations = await readDeclarations(HEADER);
  assertEquals(declarations.enumerators("level"), [["WARN", 0], ["INFO", 5], ["DEBUG", 6], ["OLD", 5], ["WIDE", 7]]);
  assertThrows(() => declarations.enumerators("absent"), Error, "Cannot find enum absent");
});

Deno.test("allEnumerators() and structNames() have all declarations with names", async () => {
  const declarations = await readDeclarations({
    code: "enum named { A = 1 }; enum { B = A + 1, C }; struct one { int x; }; struct { int y; } two; struct opaque;",
    options: [],
  });
  assertEquals(declarations.allEnumerators(), new Map([["A", 1], ["B", 2], ["C", 3]]));
  assertEquals(declarations.structNames().filter((name) => !name.startsWith("__")), ["one"]);
});

Deno.test("layouts() gives offsets and sizes on the architecture of the source", async () => {
  const code = `
#ifdef __x86_64__
#define PACKED __attribute__((packed))
#else
#define PACKED
#endif
struct event { unsigned events; unsigned long data; } PACKED;
struct name { char text[16]; unsigned bit : 1; int rest[]; };`;
  const layouts = async (architecture: string) => {
    const declarations = await readDeclarations({ code, options: [`--target=${architecture}-linux-gnu`] });
    return await declarations.layouts(["event", "name"]);
  };
  const name = { size: 20, fields: new Map([["text", { offset: 0, size: 16 }], ["rest", { offset: 20, size: 0 }]]) };
  const event = (data: number, size: number) => ({
    size,
    fields: new Map([["events", { offset: 0, size: 4 }], ["data", { offset: data, size: 8 }]]),
  });
  assertEquals(await layouts("x86_64"), new Map([["event", event(4, 12)], ["name", name]]));
  assertEquals(await layouts("aarch64"), new Map([["event", event(8, 16)], ["name", name]]));
});

Deno.test("evaluate() gives the values of constant expressions", async () => {
  const source = { code: "#define NEGATIVE (-100)\n#define HIGH (1u << 31)", options: [] };
  assertEquals(await evaluate(source, ["NEGATIVE", "HIGH", "1ull << 40", "sizeof(long)"]), [
    -100,
    2 ** 31,
    2 ** 40,
    8,
  ]);
  await assertRejects(() => evaluate(source, ["ABSENT"]), Error, "undeclared identifier 'ABSENT'");
  await assertRejects(() => evaluate(source, ["1ull << 60"]), Error, "Cannot evaluate 1ull << 60");
});

Deno.test("macros() gives the text of macros without parameters", async () => {
  const code = "#define ONE 1\n#define ALIAS ONE\n#define SUM (1 + 2)\n#define CALL(x) x\n#define EMPTY";
  const all = await macros({ code, options: [] });
  assertEquals(["ONE", "ALIAS", "SUM", "EMPTY"].map((name) => all.get(name)), ["1", "ONE", "(1 + 2)", ""]);
  assertEquals([...all.keys()].filter((name) => name.startsWith("CALL")), []);
});

Deno.test("readDeclarations() fails with clang's message", async () => {
  await assertRejects(() => readDeclarations({ code: "int f(unknown_t);", options: [] }), Error, "unknown_t");
});
