import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { Parts } from "./parts.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  "main.js": '(function(find){const late=(...a)=>find("rare","b.ts").twice(...a);return{"a.ts":{late,one:1}}})',
  "rare.gz": '(function(find){const one=find("main","a.ts").one;return{"b.ts":{twice:(n)=>2*n+one}}})',
};

Deno.test("Parts.find() loads a part at the first call, once, also a compressed one", () => {
  const read: string[] = [];
  const parts = new Parts({
    readText: (name) => {
      read.push(name);
      return SCRIPTS[name] ?? "";
    },
    readBytes: (name) => {
      if (name.endsWith(".cache")) return new Uint8Array();
      read.push(name);
      return new Uint8Array(gzipSync(SCRIPTS[name] ?? ""));
    },
  });
  assertEquals(parts.loaded, []);
  const late = parts.find("main", "a.ts")?.["late"];
  assertEquals(parts.loaded, ["main"]);
  if (typeof late !== "function") throw new TypeError("late() is not a function");
  assertEquals([late(3), late(4)], [7, 9]);
  assertEquals(parts.loaded, ["main", "rare"]);
  assertEquals(read, ["main.js", "rare.gz"]);
  assertEquals(parts.find("main", "c.ts"), undefined);
});
