import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import { parseObject } from "../object.ts";
import { compileObject } from "../testdata/compile.ts";
import { validateObject } from "../validation/validate_object.ts";
import { parseElf } from "./elf.ts";
import { withoutDebugInfo } from "./strip.ts";

Deno.test("withoutDebugInfo() keeps every other section, the symbols and the meaning of an object", () => {
  for (const name of ["sections", "kernel_types", "layouts"]) {
    const object = compileObject(name);
    const stripped = withoutDebugInfo(object);
    assertLess(stripped.length, object.length);
    validateObject(stripped);
    const [before, after] = [parseElf(object), parseElf(stripped)];
    assertEquals(after.symbols, before.symbols);
    for (const section of before.sections) {
      const kept = after.sections[section.index];
      assert(kept !== undefined);
      if (/\.debug_/.test(section.name)) assertEquals([kept.type, kept.sizeBytes], [0, 0]);
      else {assertEquals([kept.name, kept.type, kept.sizeBytes, kept.bytes], [
          section.name,
          section.type,
          section.sizeBytes,
          section.bytes,
        ]);}
    }
    const names = (bytes: Uint8Array) => parseObject(bytes).programs.map(({ name }) => name);
    assertEquals(names(stripped), names(object));
    assertEquals(withoutDebugInfo(stripped), stripped);
  }
});

Deno.test("withoutDebugInfo() refuses what is not an object", () => {
  assertThrows(() => withoutDebugInfo(new Uint8Array(100)), FormatError);
});
