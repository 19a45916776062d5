import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../usage_error.ts";
import { findProject } from "./project.ts";

Deno.test("findProject() takes all sources of the one guest, also further BPF programs", () => {
  const files = ["README.md", "helpers.c", "more.bpf.c", "tool.bpf.c", "tool.cpp", "tool.h", "tool.wasm"];
  assertEquals(findProject("dir", files), {
    directory: "dir",
    name: "tool",
    programs: ["more", "tool"],
    sources: ["dir/helpers.c", "dir/tool.cpp"],
  });
});

Deno.test("findProject() refuses a directory without a guest, and one with two", () => {
  assertThrows(() => findProject("dir", ["a.c", "b.bpf.c"]), UsageError, "it has no NAME.bpf.c beside a NAME.c");
  assertThrows(() => findProject("dir", ["a.bpf.c", "a.c", "b.bpf.c", "b.c"]), UsageError, "a.c and b.c are two");
});
