import { assertEquals } from "@std/assert";
import { commentText, escapedBytes, indent, scriptLiteral } from "./source_text.ts";

Deno.test("commentText() cannot end a comment or its backquotes, and has no other lines or directions", () => {
  assertEquals(commentText("tp/a*/ b`c\n\u202e\u2028é"), "tp/a*? b?c????");
});

Deno.test("escapedBytes() has quotes, backslashes and bytes outside of ASCII as escapes", () => {
  assertEquals(escapedBytes(Uint8Array.of(0, 0x22, 0x41, 0x5c, 0x7f, 0xff)), String.raw`\x00\"A\\\x7f\xff`);
});

Deno.test("scriptLiteral() is JSON in ASCII", () => {
  assertEquals(scriptLiteral('a"\\\n\u2028🐝'), String.raw`"a\"\\\n\u2028\ud83d\udc1d"`);
});

Deno.test("indent() leaves empty lines empty", () => {
  assertEquals(indent(["a", "", "b\nc"], 2), "        a\n\n        b\n        c");
});
