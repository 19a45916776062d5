import { assertEquals } from "@std/assert";
import { allowsName, allowsPattern, matches } from "./patterns.ts";

Deno.test("matches() compares whole names, with * and ?", () => {
  const cases: [pattern: string, name: string, expected: boolean][] = [
    ["", "", true],
    ["", "a", false],
    ["eth0", "eth0", true],
    ["eth0", "eth01", false],
    ["eth*", "eth", true],
    ["eth?", "eth", false],
    ["eth?", "eth1", true],
    ["*", "", true],
    ["*/b", "a/x/b", true],
    ["a*b*c", "a1b2b3c", true],
    ["a*b*c", "a1b2b3", false],
    ["a.c", "abc", false],
    ["[a]", "a", false],
    ["**", "x", true],
    ["*?", "", false],
  ];
  for (const [pattern, name, expected] of cases) assertEquals(matches(pattern, name), expected, `${pattern} ${name}`);
});

Deno.test("matches() takes a time that does not explode with the number of stars", () => {
  const start = performance.now();
  assertEquals(matches(`${"a*".repeat(200)}b`, "a".repeat(20_000)), false);
  assertEquals(performance.now() - start < 2000, true);
});

Deno.test("allowsPattern() allows a guest's pattern only if every name that it matches is allowed", () => {
  assertEquals(allowsPattern(["vfs_*"], "vfs_read*"), true);
  assertEquals(allowsPattern(["vfs_*"], "vfs_*"), true);
  assertEquals(allowsPattern(["vfs_read?"], "vfs_read?"), true);
  assertEquals(allowsPattern(["vfs_read?"], "vfs_read*"), false);
  assertEquals(allowsPattern(["vfs_*"], "*"), false);
  assertEquals(allowsPattern(["vfs_read"], "vfs_rea?"), false);
  assertEquals(allowsPattern(true, "*"), true);
});

Deno.test("allowsName() takes names out of a list by patterns with !", () => {
  const list = ["bpf_*", "!bpf_probe_read_user*"];
  const names = ["bpf_ringbuf_output", "bpf_probe_read_user", "bpf_probe_read_user_str", "other"];
  assertEquals(names.map((name) => allowsName(list, name)), [true, false, false, false]);
  assertEquals([allowsName(["!a"], "b"), allowsName(["!a", "*"], "a"), allowsName(["!a", "*"], "b")], [
    false,
    false,
    true,
  ]);
  assertEquals([allowsPattern(["*", "!a"], "b*"), allowsPattern(["*", "!a"], "b"), allowsPattern(["*", "!a"], "a")], [
    false,
    true,
    false,
  ]);
});

Deno.test("allowsName() allows nothing with an empty list", () => {
  assertEquals([allowsName([], ""), allowsName([], "a"), allowsName(true, "a"), allowsName(["*"], "")], [
    false,
    false,
    true,
    true,
  ]);
});
