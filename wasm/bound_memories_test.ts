import { assertEquals, assertStrictEquals } from "@std/assert";
import { assemble } from "../scripts/build_wat.ts";
import { boundMemories } from "./bound_memories.ts";
import { readDeclarations } from "./declarations.ts";

function limitsOf(text: string, most: number): readonly (number | undefined)[][] {
  const bounded = boundMemories(assemble(text), most);
  return readDeclarations(bounded).memories.map(({ minimum, maximum }) => [minimum, maximum]);
}

Deno.test("boundMemories() lowers each maximum, and leaves memories that begin with more", () => {
  const text = "(module (memory 1) (memory 2 100) (memory 3 5) (memory 20) (memory i64 4))";
  assertEquals(limitsOf(text, 10), [[1, 10], [2, 10], [3, 5], [20, undefined], [4, 10]]);
});

Deno.test("boundMemories() limits memory.grow and changes nothing else", () => {
  const bytes = assemble(`(module (memory 1) (data (i32.const 7) "x")
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "byte") (result i32) (i32.load8_u (i32.const 7))))`);
  const { grow, byte } = new WebAssembly.Instance(new WebAssembly.Module(boundMemories(bytes, 3))).exports;
  if (typeof grow !== "function" || typeof byte !== "function") throw new TypeError("functions are missing");
  assertEquals([grow(2), grow(1), byte()], [1, -1, 0x78]);
});

Deno.test("boundMemories() returns a module without a memory section as it is", () => {
  const bytes = assemble(`(module (import "a" "b" (memory 1)))`);
  assertStrictEquals(boundMemories(bytes, 1), bytes);
});
