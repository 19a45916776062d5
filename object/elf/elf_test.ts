import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { elfSizeBytes, parseElf } from "./elf.ts";
import { compileObject, compileSource, outputOf } from "../testdata/compile.ts";

/** The compared part of llvm-readelf's JSON. */
interface ReadElf {
  Sections: {
    Section: { Name: { Name: string }; Type: { Value: number }; Offset: number; Size: number; Link: number };
  }[];
  Symbols: {
    Symbol: {
      Name: { Name: string };
      Value: number;
      Size: number;
      Binding: { Value: number };
      Other: { Value: number };
      Type: { Value: number };
      Section: { Value: number };
    };
  }[];
}

Deno.test("parseElf() reads the sections and symbols that llvm-readelf reads", () => {
  const bytes = compileObject("sections");
  const text = outputOf(
    llvmTool("llvm-readelf"),
    ["--elf-output-style=JSON", "--sections", "--symbols", "FILE"],
    bytes,
  );
  const [expected]: ReadElf[] = JSON.parse(text);
  const elf = parseElf(bytes);
  assertEquals(
    elf.sections.map(({ name, type, offset, sizeBytes, link }) => ({ name, type, offset, sizeBytes, link })),
    expected?.Sections.map(({ Section: s }) => ({
      name: s.Name.Name,
      type: s.Type.Value,
      offset: s.Offset,
      sizeBytes: s.Size,
      link: s.Link,
    })),
  );
  // Section symbols have no name. readelf prints the name of their section.
  assertEquals(
    elf.symbols.filter(({ name }) => name !== ""),
    expected?.Symbols.filter(({ Symbol: s }) => s.Name.Name !== "" && s.Type.Value !== 3).map(({ Symbol: s }) => ({
      name: s.Name.Name,
      type: s.Type.Value,
      bind: s.Binding.Value,
      visibility: s.Other.Value & 3,
      section: s.Section.Value,
      value: s.Value,
      sizeBytes: s.Size,
    })),
  );
});

Deno.test("elfSizeBytes() finds where an object ends", () => {
  const bytes = compileObject("sections");
  const longer = new Uint8Array(bytes.length + 100);
  longer.set(bytes);
  assertEquals(elfSizeBytes(longer), bytes.length);
});

Deno.test("parseElf() refuses files other than little-endian BPF objects, and names their kind", () => {
  const source = "int x;";
  assertThrows(() => parseElf(compileSource(source, "bpfeb")), FormatError, "it is big-endian");
  assertThrows(() => parseElf(compileSource(source, "x86_64")), FormatError, "it is for x86_64, not for BPF");
  assertThrows(() => parseElf(compileSource(source, "aarch64")), FormatError, "it is for arm64, not for BPF");
  assertThrows(() => parseElf(new Uint8Array(0)), FormatError, "Cannot parse ELF: it does not begin");
  assertThrows(() => parseElf(new TextEncoder().encode("hello")), FormatError, "it does not begin");
});

Deno.test("parseElf() refuses an object that was cut off at any byte", () => {
  const bytes = compileObject("sections");
  for (let size = 0; size < bytes.length; size += 61) {
    assertThrows(() => parseElf(bytes.subarray(0, size)), FormatError, "Cannot parse ELF");
  }
});
