import { assertEquals, assertThrows } from "@std/assert";
import { Toolchain } from "../toolchain/toolchain.ts";
import { UsageError } from "../usage_error.ts";
import { findGuest } from "./find_guest.ts";

/** The guest in a directory of empty files. */
function find(...files: string[]) {
  using tools = new Toolchain({ verbose: false });
  const { language, guest, programs } = findGuest(tools, "dir", files);
  return { language: language.name, guest, programs };
}

Deno.test("findGuest() takes all sources of the one guest in C, also further BPF programs", () => {
  assertEquals(find("README.md", "helpers.c", "more.bpf.c", "tool.bpf.c", "tool.c", "tool.h", "tool.wasm"), {
    language: "c",
    guest: { name: "tool", sources: ["helpers.c", "tool.c"] },
    programs: ["more", "tool"],
  });
});

Deno.test("findGuest() takes C++ for the language if the source of the BPF program's name is in C++", () => {
  assertEquals(find("helpers.c", "tool.bpf.c", "tool.cpp"), {
    language: "cpp",
    guest: { name: "tool", sources: ["helpers.c", "tool.cpp"] },
    programs: ["tool"],
  });
  assertEquals(find("helpers.cc", "tool.bpf.c", "tool.c").language, "c");
});

Deno.test("findGuest() refuses a directory without a guest, and one with two", () => {
  assertThrows(
    () => find("a.c", "b.bpf.c"),
    UsageError,
    "it has no NAME.bpf.c beside one of NAME.c (C), NAME.cpp (C++)",
  );
  assertThrows(() => find("a.bpf.c", "a.c", "b.bpf.c", "b.c"), UsageError, "a.c and b.c are 2");
});
