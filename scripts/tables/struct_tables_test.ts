import { assertEquals, assertRejects } from "@std/assert";
import { readDeclarations } from "../headers/declarations.ts";
import { tablesOf } from "./struct_tables.ts";

const DECLARATIONS = await readDeclarations({
  code: `
#define PERF_ATTR_SIZE_VER0 64
struct options { unsigned long sz; int fd; char mode; unsigned long later[3]; };
struct bits { int size; unsigned long format; unsigned long one : 1; unsigned long rest[20]; };
struct small { int a; };
`,
  options: ["--target=x86_64-linux-gnu"],
});

/** The table of one struct as an object. */
async function table(
  struct: string,
  selected: Parameters<typeof tablesOf>[1][string],
): Promise<Record<string, number>> {
  const tables = await tablesOf(DECLARATIONS, { [struct]: selected });
  return Object.fromEntries(tables.get(struct) ?? []);
}

Deno.test("tablesOf() gives offsets and the size up to the last used field, of the whole struct, or of a macro", async () => {
  const fields = ["sz", "fd", "mode"];
  assertEquals(await table("options", { fields, size: "used" }), { sz: 0, fd: 8, mode: 12, size: 16 });
  assertEquals(await table("options", { fields: ["sz"], size: "whole" }), { sz: 0, size: 40 });
  assertEquals(await table("small", { fields: ["a"], size: "used" }), { a: 0, size: 4 });
  const renamed = { fields: ["size"], renamed: { size: "size_field" }, after: { flags: "format" } } as const;
  assertEquals(await table("bits", { ...renamed, size: "PERF_ATTR_SIZE_VER0" }), {
    size_field: 0,
    flags: 16,
    size: 64,
  });
});

Deno.test("tablesOf() refuses fields that the struct lacks", async () => {
  await assertRejects(
    () => table("small", { fields: ["b"], size: "whole" }),
    Error,
    "Cannot find field b of struct small",
  );
});
