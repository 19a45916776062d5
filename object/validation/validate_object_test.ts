import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import { compileObject, compileSource } from "../testdata/compile.ts";
import { ObjectEditor } from "../testdata/edit_object.ts";
import { compileArena, compileSmall, compileUsdt, HOSTILE_OBJECTS, USDT_IPS, USDT_SPECS } from "../testdata/hostile.ts";
import { validateObject } from "./validate_object.ts";

const NOTHING = { pinnedMaps: [], placedArenas: [] };

/** The features that need the loader's permission. */
function requestsOf(object: Uint8Array) {
  const { contents: _, ...requests } = validateObject(object);
  return requests;
}

Deno.test("validateObject() accepts objects from compilers", () => {
  assertEquals(requestsOf(compileObject("hostile")), NOTHING);
  assertEquals(requestsOf(compileObject("sections")), { ...NOTHING, pinnedMaps: ["hists"] });
  assertEquals(requestsOf(compileObject("layouts")), NOTHING);
  assertEquals(requestsOf(compileSource("int only(void) { return 0; }")), NOTHING);
});

Deno.test("validateObject() returns the full names of maps to pin, and of arenas that choose their address", () => {
  const name = "a_name_of_more_than_fifteen_characters";
  const pinned = compileSmall(`struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u32);
    __uint(pinning, 1); } ${name} SEC(".maps");`);
  assertEquals(validateObject(pinned).pinnedMaps, [name]);
  assertEquals(validateObject(compileArena("0", 0, true)).placedArenas, []);
  assertEquals(validateObject(compileArena("0x100000000000ull", 0, false)).placedArenas, ["arena"]);
});

Deno.test("validateObject() accepts the maps of bpf/usdt.bpf.h", () => {
  assertEquals(requestsOf(compileUsdt(USDT_SPECS, USDT_IPS)), NOTHING);
});

for (const { title, object, refusal } of HOSTILE_OBJECTS) {
  Deno.test(`validateObject() refuses ${title}`, () => {
    assertMatch(assertThrows(() => validateObject(object()), FormatError).message, refusal);
  });
}

Deno.test("validateObject() accepts an object of a compiler from before BPF's machine number", () => {
  const object = new ObjectEditor(compileObject("hostile"));
  object.bytes[0x12] = 0;
  assertEquals(requestsOf(object.bytes), NOTHING);
});
