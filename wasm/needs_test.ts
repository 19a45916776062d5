import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { assemble } from "../scripts/build_wat.ts";
import { NEEDS_SECTION, parseNeed, readNeeds, withNeeds } from "./needs.ts";
import { SECTION } from "./sections.ts";
import { unsignedLeb, withSection } from "./write_section.ts";

const MODULE = assemble(`(module (func (export "_start")) (memory (export "memory") 1))`);

/** A module whose section has this content. */
function recorded(content: string | Uint8Array, module = MODULE): Uint8Array<ArrayBuffer> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const name = new TextEncoder().encode(NEEDS_SECTION);
  const end = { start: module.length, end: module.length };
  return withSection(module, end, SECTION.CUSTOM, [unsignedLeb(name.length), name, bytes]);
}

Deno.test("withNeeds() records needs that readNeeds() returns, and the module stays valid", () => {
  const bytes = withNeeds(MODULE, [parseNeed("/proc/kallsyms"), parseNeed("/sys/fs/cgroup:rw")]);
  assertEquals(readNeeds(bytes), [
    { path: "/proc/kallsyms", readOnly: true },
    { path: "/sys/fs/cgroup", readOnly: false },
  ]);
  assertEquals(WebAssembly.validate(bytes), true);
  assertEquals(readNeeds(MODULE), []);
});

Deno.test("withNeeds() adds to the needs of a module, and writing counts", () => {
  const once = withNeeds(MODULE, [parseNeed("/a:rw"), parseNeed("/b")]);
  const twice = withNeeds(once, [parseNeed("/a"), parseNeed("/b:rw"), parseNeed("/c:ro")]);
  assertEquals(readNeeds(twice).map(({ path, readOnly }) => [path, readOnly]), [
    ["/a", false],
    ["/b", false],
    ["/c", true],
  ]);
  assertEquals(withNeeds(twice, []), twice);
});

Deno.test("parseNeed() refuses paths that are relative, ambiguous or invisible", () => {
  const bad = ["", ":ro", "proc", "./x", "/", "//", "/a//b", "/a/", "/a/.", "/../etc", "/a/../b", "/a::/b", "/a:ro:ro"];
  for (const text of [...bad, "/a\nb", "/a\0", "/\u202eb", "/\ud800", `/${"x".repeat(4095)}`]) {
    assertThrows(() => parseNeed(text), RangeError, undefined, JSON.stringify(text));
  }
});

Deno.test("readNeeds() refuses hostile sections", () => {
  const many = Array.from({ length: 65 }, (_, i) => `/${i}:ro\n`).join("");
  const cases: [Uint8Array, string][] = [
    [recorded("/a\n"), "has neither :ro nor :rw"],
    [recorded("/a/../b:ro\n"), '".."'],
    [recorded("etc/passwd:ro"), "is not an absolute path"],
    [recorded("/a:ro\n/a:rw\n"), "a path is there twice"],
    [recorded(many), "65 paths are too many"],
    [recorded("\n".repeat(70_000)), "70000 bytes are too many"],
    [recorded(Uint8Array.of(0x2f, 0xff)), "it is not UTF-8"],
    [recorded("\ufeff/a:ro"), "is not an absolute path"],
    [recorded("/a:ro", recorded("/b:ro")), "there are two sections"],
  ];
  for (const [bytes, problem] of cases) assertThrows(() => readNeeds(bytes), FormatError, problem);
  const cut = recorded("/a:ro\n");
  assertThrows(() => readNeeds(cut.subarray(0, cut.length - 1)), FormatError);
});
