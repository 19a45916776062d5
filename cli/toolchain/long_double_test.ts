import { assertEquals } from "@std/assert";
import { usesLongDouble } from "./long_double.ts";

/** The texts of which usesLongDouble() is true. */
function found(...texts: readonly string[]): string[] {
  return texts.filter((text) => usesLongDouble(new TextEncoder().encode(text)));
}

Deno.test("usesLongDouble() finds conversions and functions for long double", () => {
  const uses = ['printf("%Lf")', "%-10.3Lg", "%*.*Le", "%2$+LA", 'sscanf(text, "%Lf", &x)', "x = strtold(text, 0);"];
  assertEquals(found(...uses), uses);
  assertEquals(found("%f %lf %ld", "%lld", "long double x;", "my_strtold_x", "100 Left"), []);
});

Deno.test("usesLongDouble() reads objects", () => {
  assertEquals(usesLongDouble(Uint8Array.of(0, 0x61, 0x73, 0x6d, 0xff, 0xfe, 0x25, 0x4c, 0x66, 0)), true);
});
