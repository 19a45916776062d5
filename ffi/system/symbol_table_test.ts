import { assertEquals, assertThrows } from "@std/assert";
import { DynamicLinker } from "./dynamic_linker.ts";
import { openTable } from "./symbol_table.ts";

const LIBC = "libc.so.6";

// int abs(int j)
const ABS = { parameters: ["i32"], result: "i32" } as const;

Deno.test("openTable() calls a function alike before and after it gets its trampoline", () => {
  using linker = new DynamicLinker();
  const table = openTable(linker, linker.open(LIBC), { abs: ABS });
  const { abs } = table.symbols; // taken out, as some callers do
  for (let i = 1; i <= 250; i++) {
    assertEquals(abs(-i), i);
    assertEquals(table.symbols.abs(-i), i);
  }
  // By then it is the native function itself.
  assertEquals(String(table.symbols.abs).includes("[native code]"), true);
  table.close();
});

Deno.test("openTable() finds functions by another name, and throws at the first use of a missing one", () => {
  using linker = new DynamicLinker();
  const table = openTable(linker, linker.open(LIBC), {
    absolute: { ...ABS, name: "abs" },
    no_such_function: ABS,
    no_such_option: { ...ABS, optional: true },
  });
  assertEquals(table.symbols.absolute(-3), 3);
  assertEquals(table.symbols.no_such_option, null);
  assertThrows(() => table.symbols.no_such_function, TypeError, `Cannot find symbol "no_such_function" in ${LIBC}`);
  table.close();
});

Deno.test("DynamicLinker.open() gives the reason why a library cannot be loaded", () => {
  using linker = new DynamicLinker();
  assertThrows(
    () => linker.open("/no/such/library.so"),
    Error,
    "cannot open shared object file: No such file or directory",
  );
});
