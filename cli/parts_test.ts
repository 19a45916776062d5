import { assertEquals } from "@std/assert";
import { Parts } from "./parts.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  "main.js": '(function(find){const late=(...a)=>find("other","b.ts").twice(...a);return{"a.ts":{late,one:1}}})',
  "other.js": '(function(find){const one=find("main","a.ts").one;return{"b.ts":{twice:(n)=>2*n+one}}})',
};

Deno.test("Parts.find() loads a part at the first call, once", () => {
  const read: string[] = [];
  const parts = new Parts({
    readText: (name) => {
      read.push(name);
      return SCRIPTS[name] ?? "";
    },
    readBytes: () => new Uint8Array(),
  });
  assertEquals(parts.loaded, []);
  const late = parts.find("main", "a.ts")?.["late"];
  assertEquals(parts.loaded, ["main"]);
  if (typeof late !== "function") throw new TypeError("late() is not a function");
  assertEquals([late(3), late(4)], [7, 9]);
  assertEquals(parts.loaded, ["main", "other"]);
  assertEquals(read, ["main.js", "other.js"]);
  assertEquals(parts.find("main", "c.ts"), undefined);
});
