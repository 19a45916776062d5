import { assertEquals, assertThrows } from "@std/assert";
import { partOf } from "./binary_parts.ts";
import { scriptOf } from "./build_parts.ts";

const script = (body: string) => `(function(find){"use strict";${body}})`;

Deno.test("scriptOf() turns imports of the main part into constants", () => {
  assertEquals(
    scriptOf('import{a,b as c}from"errors/mod.ts";a(c);export{d as"x.ts"};\n'),
    script('const a=find("main","errors/mod.ts").a;const c=find("main","errors/mod.ts").b;a(c);return{"x.ts":d};'),
  );
});

Deno.test("scriptOf() turns imports of other parts into functions that load the part, and lists them", () => {
  const late: { path: string; name: string }[] = [];
  assertEquals(
    scriptOf('import{hintFor as h}from"ffi/libbpf/hints.ts";h();export{d as"x.ts",e as"y.ts"};', { late }),
    script('const h=(...a)=>find("problems","ffi/libbpf/hints.ts").hintFor(...a);h();return{"x.ts":d,"y.ts":e};'),
  );
  assertEquals(late, [{ path: "ffi/libbpf/hints.ts", name: "hintFor" }]);
});

Deno.test("scriptOf() loads a part at once for classes and constants, and refuses that in the main part", () => {
  const bundle = 'import{LEVEL as l}from"errors/log.ts";export{l as"x.ts"};';
  assertEquals(scriptOf(bundle), script('const l=find("problems","errors/log.ts").LEVEL;return{"x.ts":l};'));
  assertThrows(
    () => scriptOf(bundle, { part: "main" }),
    Error,
    "Cannot import LEVEL of errors/log.ts late: it is not a",
  );
});

Deno.test("scriptOf() replaces dynamic imports, modules of Node and URLs of modules", () => {
  assertEquals(
    scriptOf('import{gunzipSync as g}from"node:zlib";await import("cli/cc.ts");g(import.meta.url);'),
    script('const g=process.getBuiltinModule("node:zlib").gunzipSync;await find("tools","cli/cc.ts");g("binary:///");'),
  );
});

Deno.test("partOf() takes the longest beginning of a path", () => {
  assertEquals(
    ["host/mod.ts", "host/libbpf/mod.ts", "host/libbpf/import_types.ts", "cli/cc.ts", "cli/command.ts"].map(partOf),
    ["main", "version2", "main", "tools", "main"],
  );
});
