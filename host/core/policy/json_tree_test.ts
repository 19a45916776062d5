import { assertEquals } from "@std/assert";
import { Random } from "../../../object/testdata/damage.ts";
import { JsonError, parseJson } from "./json_tree.ts";

Deno.test("parseJson() gives the values of JSON.parse()", () => {
  const texts = [
    ...["0", "-1.5e+3", '"a\\n\\u00e4\\ud83d\\ude00"', "true", "null", "[]", "{}", ' [1, [2, {"a": []}], "x"] '],
    ...['{"__proto__": 1, "constructor": {"": 2}}', '{"a":{"b":[{"c":null}]}}'],
  ];
  for (const text of texts) assertEquals(parseJson(text).value, JSON.parse(text), text);
});

Deno.test("parseJson() skips comments and trailing commas", () => {
  const text = '// a\n{ /* b */ "x" /**/ : /* c\n */ [1, 2, /* , */], // d\r\n } // e';
  assertEquals(parseJson(text).value, { x: [1, 2] });
  assertEquals(parseJson('{"a": "// no comment /* */"}').value, { a: "// no comment /* */" });
});

Deno.test("parseJson() has the place of each key and value", () => {
  const { members } = parseJson('{ "a": [true, "b"] }');
  const { keyOffset, node } = members.get("a") ?? { keyOffset: -1, node: parseJson("0") };
  assertEquals([keyOffset, node.offset, node.items.map(({ offset }) => offset)], [2, 7, [8, 14]]);
});

Deno.test("parseJson() gives a value or a JsonError for damaged texts", () => {
  const sound = '{ // c\n "network": ["eth0", "a\\u0041"], "deny": true, "limits": {"links": 1.5e2}, /* */ }';
  const random = new Random(5);
  const characters = '{}[]",:\\/*\n\u0000e1-. \u2028\ud800';
  let values = 0;
  for (let run = 0; run < 5000; run++) {
    let text = sound;
    for (let i = 0; i <= run % 3; i++) {
      const at = random.below(text.length + 1);
      const inserted = characters[random.below(characters.length)] ?? "";
      text = text.slice(0, at) + (random.below(2) === 0 ? inserted : "") + text.slice(at + random.below(3));
    }
    try {
      parseJson(text);
      values++;
    } catch (error) {
      if (!(error instanceof JsonError)) throw new Error(JSON.stringify(text), { cause: error });
    }
  }
  assertEquals(values > 100 && values < 4900, true, `${values}`);
});
