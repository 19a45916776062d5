import { assertEquals } from "@std/assert";
import { architectureParts, IS_ARM64, numberText } from "./architectures.ts";

Deno.test("numberText() writes one number, or one for each architecture", () => {
  const same = (value: number) => ({ x86_64: value, aarch64: value });
  assertEquals(numberText(same(10)), "10");
  assertEquals(numberText(same(0x1000), { base: 16 }), "0x1000");
  assertEquals(numberText(same(0o1000), { base: 8 }), "0o1000");
  assertEquals(numberText(same(7), { base: 16 }), "7");
  assertEquals(numberText(same(-100), { base: 16 }), "-100");
  assertEquals(numberText(same(39), { big: true }), "39n");
  assertEquals(numberText({ x86_64: 0o200000, aarch64: 0o40000 }, { base: 8 }), "IS_ARM64 ? 0o40000 : 0o200000");
});

Deno.test("architectureParts() declares IS_ARM64 where it is used", () => {
  assertEquals(architectureParts(["a: 1", "b: IS_ARM64 ? 2 : 3"]), [IS_ARM64]);
  assertEquals(architectureParts(["a: 1"]), []);
});
