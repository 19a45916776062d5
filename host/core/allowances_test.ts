import { assertThrows } from "@std/assert";
import { BpfError, openOperation } from "../../errors/mod.ts";
import { Allowance } from "./allowances.ts";

Deno.test("a refusal names what the guest has, wants and may have", () => {
  const bytes = new Allowance("bytes of objects", 1000);
  bytes.take(openOperation("x"), 10);
  const refused = (count: number) => () => bytes.take(openOperation("x"), count);
  assertThrows(refused(991), BpfError, "the guest has 10 bytes of objects, wants 991 more, and may have 1000");
  bytes.take(openOperation("x"), 990);
  assertThrows(refused(1), BpfError, "the guest has 1000 bytes of objects, and may have 1000");
});
