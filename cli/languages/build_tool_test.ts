import { assertEquals } from "@std/assert";
import { isOlder } from "./build_tool.ts";

Deno.test("isOlder() compares versions by their numbers", () => {
  for (const version of ["1.23.9", "1.9", "0.99", "", "devel"]) assertEquals(isOlder(version, "1.24"), true, version);
  for (const version of ["1.24", "1.24rc1", "1.24.0", "1.100", "2"]) {
    assertEquals(isOlder(version, "1.24"), false, version);
  }
  assertEquals(isOlder("0.14.0-dev.9+abc", "0.14.1"), true);
  assertEquals(isOlder("0.18.0-dev.5+abc", "0.14.1"), false);
});
