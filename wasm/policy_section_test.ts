import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { readPolicyText, withPolicyText } from "./policy_section.ts";

const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

Deno.test("readPolicyText() returns what withPolicyText() wrote, and a second policy replaces the first", () => {
  assertEquals(readPolicyText(EMPTY), undefined);
  const first = withPolicyText(EMPTY, '{"deny":true}');
  assertEquals(readPolicyText(first), '{"deny":true}');
  const second = withPolicyText(first, "{}");
  assertEquals(readPolicyText(second), "{}");
  assertEquals(WebAssembly.validate(second), true);
});

Deno.test("readPolicyText() refuses a module with two policies, or with one that is not UTF-8 or too long", () => {
  const one = withPolicyText(EMPTY, "{}");
  const two = new Uint8Array([...one, ...one.subarray(EMPTY.length)]);
  assertThrows(() => readPolicyText(two), FormatError, "there are two sections");
  const damaged = Uint8Array.from(one);
  damaged[damaged.length - 1] = 0xff;
  assertThrows(() => readPolicyText(damaged), FormatError, "it is not UTF-8");
  assertThrows(() => withPolicyText(EMPTY, " ".repeat(70_000)), FormatError, "70000 bytes are too many");
});

Deno.test("readPolicyText() reads only WebAssembly modules", () => {
  assertEquals(readPolicyText(new Uint8Array(100)), undefined);
});
