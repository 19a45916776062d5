import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { assemble } from "../scripts/build_wat.ts";
import { parseModule } from "./module.ts";
import { SECTION } from "./sections.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** The addresses of data segments with these expressions as address. */
function addressesOf(...expressions: readonly (readonly number[])[]): (number | undefined)[] {
  const segments = expressions.flatMap((expression) => [0, ...expression, 0x0b, 1, 0x61]);
  const content = [expressions.length, ...segments];
  return parseModule(new Uint8Array([...HEADER, SECTION.DATA, content.length, ...content])).data.map(({ address }) =>
    address
  );
}

Deno.test("parseModule() reads the addresses of data in memories of both widths", () => {
  for (const [bits, memory] of [[32, ""], [64, "i64"]] as const) {
    const info = parseModule(assemble(
      `(module (memory ${memory} 1) (data (i${bits}.const 1000) "abc") (data "passive"))`,
    ));
    assertEquals(info.addressBits, bits);
    assertEquals(info.data.map(({ address, bytes }) => [address, bytes.length]), [[1000, 3], [undefined, 7]]);
  }
});

Deno.test("parseModule() reads addresses as unsigned numbers", () => {
  const minusOne = [0x7f];
  assertEquals(addressesOf([0x41, ...minusOne], [0x42, ...minusOne]), [0xffff_ffff, 2 ** 64]);
  assertEquals(addressesOf([0x42, 0x80, 0x80, 0x80, 0x80, 0x10], [0x42, 0x3f], [0x23, 0]), [2 ** 32, 63, undefined]);
  const [most, least] = [[...Array.from({ length: 9 }, () => 0xff), 0x00], [
    ...Array.from({ length: 9 }, () => 0x80),
    0x7f,
  ]];
  assertEquals(addressesOf([0x42, ...most], [0x42, ...least]), [2 ** 63, 2 ** 63]);
});

Deno.test("parseModule() refuses computed addresses and numbers that never end", () => {
  assertThrows(() => addressesOf([0x42, 1, 0x42, 1, 0x7c]), FormatError, "computed");
  assertThrows(
    () => addressesOf([0x42, ...Array.from({ length: 10 }, () => 0x80), 0]),
    FormatError,
    "more than 10 bytes",
  );
  assertThrows(() => addressesOf([0x43, 0, 0, 0, 0]), FormatError, "unknown address of data (opcode 67)");
});
