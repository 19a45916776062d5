import { assertEquals } from "@std/assert";
import { UPDATE_FLAG } from "../../object/bpf_numbers.ts";
import { UpdateFlag } from "./map_interfaces.ts";

Deno.test("UpdateFlag has the numbers of linux/bpf.h", () => {
  assertEquals(UpdateFlag, UPDATE_FLAG);
});
