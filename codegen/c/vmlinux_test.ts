import { cpuUsage } from "node:process";
import { assert, assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import { Btf } from "../../object/btf/btf.ts";
import type { BtfStruct } from "../../object/btf/types.ts";
import { parseObject } from "../../object/object.ts";
import { compileSource, outputOf } from "../../object/testdata/compile.ts";
import { RawBtf } from "../../object/testdata/raw_btf.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { genVmlinux } from "./vmlinux.ts";

const VMLINUX = "/sys/kernel/btf/vmlinux";

function textOf(btf: Uint8Array): string {
  const decoder = new TextDecoder();
  return Array.from(genVmlinux(btf), (chunk) => decoder.decode(chunk)).join("");
}

/** The BTF of C source. */
function btfOf(source: string): Uint8Array {
  const section = parseObject(compileSource(source)).elf.sections.find(({ name }) => name === ".BTF");
  assert(section !== undefined);
  return section.bytes;
}

/** The members of a struct as `offset:bits name`, with those of unnamed structs in it. Padding is left out. */
function placesOf(btf: Btf, struct: BtfStruct, base = 0): string[] {
  return struct.members.flatMap(({ name, type: id, bitOffset, bitSize }) => {
    const type = btf.resolve(id);
    if (name === "" && (type.kind === "struct" || type.kind === "union")) return placesOf(btf, type, base + bitOffset);
    return /^__pad\d+$/.test(name) ? [] : [`${base + bitOffset}:${bitSize} ${name}`];
  });
}

function structsOf(btf: Btf): BtfStruct[] {
  return btf.types.filter((type): type is BtfStruct => type.kind === "struct" || type.kind === "union");
}

/** Compiles `header` with a variable for each of `structs`, and compares their layouts with those in `btf`. */
function checkLayouts(header: string, btf: Btf, structs: readonly BtfStruct[]): void {
  const variables = structs.map(({ kind, name }, i) => `${kind} ${name} *v${i};`);
  const compiled = parseObject(compileSource(`${header}\n${variables.join("\n")}`)).btf;
  assert(compiled !== undefined);
  for (const struct of structs) {
    const found = compiled.find(struct.kind, struct.name);
    assertEquals(found?.sizeBytes, struct.sizeBytes, `size of ${struct.name}`);
    if (found !== undefined) assertEquals(placesOf(compiled, found), placesOf(btf, struct), struct.name);
  }
}

/**
 * The names of types, members, constants and functions that clang finds in a header, except padding, unnamed types, and the numbers
 * of types with the same name.
 */
function namesIn(header: string): string[] {
  const options = [
    "-fsyntax-only",
    "-target",
    "bpf",
    "-D",
    "BPF_NO_KFUNC_PROTOTYPES",
    "-Xclang",
    "-ast-list",
    "-x",
    "c",
  ];
  const list = outputOf(llvmTool("clang"), [...options, "FILE"], new TextEncoder().encode(header));
  const isNamed = (name: string) => !name.includes("(") && !name.includes("::__pad");
  const names = list.split("\n").filter(isNamed).map((name) => name.replaceAll(/___\d+/g, ""));
  return [...new Set(names)].sort();
}

Deno.test("genVmlinux() keeps bit-fields, packed structs, gaps, unnamed types, function pointers and arrays", () => {
  const btf = btfOf(`
    enum small { SMALL = 1 } __attribute__((packed));
    enum large { LARGE = 0x1234567812345678ull, NEGATIVE_FREE = 1 };
    struct later;
    typedef int (*callback)(struct later *l, const char *const *names, ...);
    typedef struct { int a; struct later *next; } unnamed_t;
    struct bits { unsigned a : 3; unsigned : 0; unsigned b : 5; unsigned long c : 60; char d : 1; };
    struct packed { char a; long b; short c; } __attribute__((packed));
    struct gap { char a; int b __attribute__((aligned(64))); };
    struct all { enum small s; enum large l; callback call; unnamed_t u; struct bits bits; struct packed p; struct gap g;
      union { int x; struct { char y; long z; }; } ; struct { int in; } named; int table[2][3]; int (*rows)[4];
      void (*const volatile handlers[2])(int); __int128 wide; int flexible[]; };
    struct later { struct all *back; _Bool flag; };
    struct all *all; enum large large;`);
  const header = textOf(btf);
  const parsed = Btf.parse(btf);
  checkLayouts(header, parsed, structsOf(parsed).filter(({ name }) => name !== ""));
  assertStringIncludes(header, "void (*const volatile handlers[2])(int);");
  assertStringIncludes(header, "typedef int (*callback)(struct later *, const char *const *, ...);");
});

Deno.test("genVmlinux() numbers types of the same name, and joins a forward declaration with its struct", () => {
  const raw = new RawBtf();
  const int = raw.int("int", 4);
  raw.struct("twice", 4, [["a", int, 0]]);
  raw.struct("twice", 8, [["a", int, 0]]);
  raw.forward("twice");
  raw.enum("holder", 4, { ONE: 1 });
  const pointer = raw.on("ptr", raw.forward("alone"));
  raw.struct("holder", 8, [["alone", pointer, 0]]);
  const header = textOf(raw.bytes());
  assertStringIncludes(header, "struct twice {");
  assertStringIncludes(header, "struct twice___2 {");
  assertStringIncludes(header, "struct alone;");
  assertStringIncludes(header, "enum holder___2 {");
  compileSource(header);
});

Deno.test("genVmlinux() writes an integer for an enum without constants", () => {
  const raw = new RawBtf();
  const empty = raw.enum("hidden", 4, {});
  raw.struct("holder", 16, [["value", empty, 0], ["pointer", raw.on("ptr", empty), 64]]);
  const header = textOf(raw.bytes());
  assertStringIncludes(header, "unsigned int value;");
  compileSource(`${header} _Static_assert(sizeof(struct holder) == 16, "");`);
});

Deno.test("genVmlinux() writes no name that C could read as code", () => {
  const raw = new RawBtf();
  const int = raw.int("int", 4);
  raw.struct("x; } evil", 4, [["a; int b", int, 0]]);
  const header = textOf(raw.bytes());
  assertStringIncludes(header, "struct x____evil {\n\tint a__int_b;\n};");
});

Deno.test("genVmlinux() refuses hostile BTF: deep chains, loops and unnamed types that multiply", () => {
  const deep = new RawBtf();
  const int = deep.int("int", 4);
  // Each contains the next one.
  for (let id = int + 1; id < 50_000; id++) deep.struct(`s${id}`, 4, [["m", id + 1, 0]]);
  deep.struct("last", 4, [["m", int, 0]]);
  assertThrows(() => textOf(deep.bytes()), FormatError);
  const wide = new RawBtf();
  let inner = wide.struct("", 0, []);
  for (let i = 0; i < 40; i++) {
    inner = wide.struct("", 0, [["a", inner, 0], ["b", inner, 0]]);
  }
  wide.struct("all", 0, [["m", inner, 0]]);
  assertThrows(() => textOf(wide.bytes()), FormatError, "too large");
});

Deno.test("genVmlinux() refuses hostile BTF: functions that take functions, and large gaps", () => {
  const functions = new RawBtf();
  let inner = functions.int("int", 4);
  for (let i = 0; i < 60; i++) {
    inner = functions.on("ptr", functions.prototype(0, [inner, inner]));
  }
  functions.on("typedef", inner, "last");
  assertThrows(() => textOf(functions.bytes()), FormatError, "too large");
  const gap = new RawBtf();
  gap.struct("gap", 0xffffffff, [["m", gap.int("int", 4), 0]]);
  assertThrows(() => textOf(gap.bytes()), FormatError, "a struct has a gap of 4294967291 bytes");
  // The largest gap has more lines than a call may have arguments.
  const large = new RawBtf();
  const int = large.int("int", 4);
  large.struct("large", 1 << 21, [["first", int, 0], ["last", int, (1 << 23) + 32]]);
  assertEquals(textOf(large.bytes()).match(/^\tlong: 64;$/gm)?.length, 2 * ((1 << 23) / 64 - 1));
});

Deno.test("genVmlinux() writes the types of the running kernel in less than 3 s of CPU time, with the kernel's layouts", () => {
  const bytes = Deno.readFileSync(VMLINUX);
  const before = cpuUsage();
  const header = textOf(bytes);
  const { user, system } = cpuUsage(before);
  assertLess((user + system) / 1e6, 3);
  const btf = Btf.parse(bytes);
  const counts = Map.groupBy(btf.types.filter(({ kind }) => TAGGED.includes(kind)), ({ name }) => name);
  const unique = structsOf(btf).filter(({ name }) => name !== "" && counts.get(name)?.length === 1);
  checkLayouts(header, btf, unique.filter((_, i) => i % SAMPLE === 0));
});

const TAGGED: readonly string[] = ["struct", "union", "enum"];

/** Every struct of the kernel takes clang some 20 s. */
const SAMPLE = 20;

Deno.test("genVmlinux() defines all names that bpftool's vmlinux.h defines, and no others", () => {
  const theirs = namesIn(outputOf("bpftool", ["btf", "dump", "file", VMLINUX, "format", "c"], new Uint8Array()));
  assert(theirs.length > 50_000);
  assertEquals(namesIn(textOf(Deno.readFileSync(VMLINUX))), theirs);
});
