import { assertAlmostEquals, assertEquals } from "@std/assert";
import { median, spread } from "./stats.ts";

Deno.test("median() is the middle, or half way between the two middles", () => {
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertEquals(median([]), NaN);
});

Deno.test("spread() leaves outliers out", () => {
  assertAlmostEquals(spread([9, 10, 10, 10, 11, 1000]), 0.05, 1e-9);
  assertEquals(spread([5, 5, 5]), 0);
});
