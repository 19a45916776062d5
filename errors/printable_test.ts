import { assertEquals } from "@std/assert";
import { printable, printableJson } from "./printable.ts";

/** Hidden characters of each kind, with their escaped form. */
const HIDDEN: readonly (readonly [hidden: string, shown: string])[] = [
  ["\n", "\\x0a"],
  ["\x1b", "\\x1b"],
  ["\x7f", "\\x7f"],
  ["\x9b", "\\x9b"],
  ["\xad", "\\xad"],
  ["\u034f", "\\u034f"],
  ["\u061c", "\\u061c"],
  ["\u115f", "\\u115f"],
  ["\u200b", "\\u200b"],
  ["\u200d", "\\u200d"],
  ["\u2028", "\\u2028"],
  ["\u2029", "\\u2029"],
  ["\u202e", "\\u202e"],
  ["\u2066", "\\u2066"],
  ["\u3164", "\\u3164"],
  ["\ufe00", "\\ufe00"],
  ["\ufeff", "\\ufeff"],
  ["\ud800", "\\ud800"],
  ["\ue000", "\\ue000"],
  ["\u{e0001}", "\\u{e0001}"],
  ["\u{e0100}", "\\u{e0100}"],
];

Deno.test("printable() escapes characters that control a terminal or are invisible, and no others", () => {
  for (const [hidden, shown] of HIDDEN) assertEquals(printable(`a${hidden}b`), `a${shown}b`);
  for (const text of ["", "été", "漢字", "שלום", "❤️ 😀", "a b\\x1b", "ﬀ"]) assertEquals(printable(text), text);
});

Deno.test("printableJson() keeps the value", () => {
  const value = { [`k${HIDDEN.map(([hidden]) => hidden).join("")}`]: ["漢字 ❤️ 😀", '\n\\"'] };
  const json = printableJson(JSON.stringify(value, undefined, 2));
  assertEquals(JSON.parse(json), value);
  assertEquals(printable(json.replaceAll("\n", "")), json.replaceAll("\n", ""));
});
