import { assertEquals } from "@std/assert";
import { usesLongDouble } from "./long_double.ts";

/** The texts of which usesLongDouble() is true. */
function found(...texts: readonly string[]): string[] {
  return texts.filter((text) => usesLongDouble(text));
}

Deno.test("usesLongDouble() finds conversions and functions for long double", () => {
  const uses = ['printf("%Lf")', "%-10.3Lg", "%*.*Le", "%2$+LA", 'sscanf(text, "%Lf", &x)', "x = strtold(text, 0);"];
  assertEquals(found(...uses), uses);
  const streams = ["#include <iostream>\nlong double x;", "# include <sstream>\nout << 1.5L;"];
  assertEquals(found(...streams, "#include <iostream>\nout << 15L;"), streams);
  assertEquals(found("%f %lf %ld", "%lld", "long double x;", "my_strtold_x", "100 Left"), []);
});

Deno.test("usesLongDouble() reads objects", () => {
  assertEquals(usesLongDouble("\0asm\xff\xfe%Lf\0"), true);
  assertEquals(usesLongDouble("\0asm_ZNSt3__213basic_ostreamIcNS_11char_traitsIcEEElsEe\0"), true);
  assertEquals(usesLongDouble("\0asm_ZNSt3__213basic_ostreamIcNS_11char_traitsIcEEElsEd\0"), false);
});
