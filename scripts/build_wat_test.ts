import { assertEquals } from "@std/assert";
import { generate, TARGETS } from "./build_wat.ts";

for (const target of TARGETS) {
  Deno.test(`host/${target.bytes} holds the bytes of its sources`, () => {
    assertEquals(Deno.readTextFileSync(new URL(`../host/${target.bytes}`, import.meta.url)), generate(target));
  });
}
