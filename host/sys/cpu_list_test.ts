import { assertEquals } from "@std/assert";
import { countCpus } from "./cpu_list.ts";

Deno.test("countCpus() counts single processors and ranges", () => {
  assertEquals(countCpus("0\n"), 1);
  assertEquals(countCpus("0-3,5,8-9\n"), 7);
});

Deno.test("countCpus() refuses text that is not a list", () => {
  for (const text of ["", "\n", "0-", "-1", "all", "0,,1"]) assertEquals(countCpus(text), undefined, text);
});
