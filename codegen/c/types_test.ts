import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Btf } from "../../object/btf/btf.ts";
import { Layouts } from "../../object/btf/layout.ts";
import { parseObject } from "../../object/object.ts";
import { checkForWasm, compileModule, compileObject, compileSource } from "../../object/testdata/compile.ts";
import type { BtfMember, BtfStruct } from "../../object/btf/types.ts";
import { genTypes, genTypesOfBtf } from "./types.ts";

Deno.test("genTypes() asserts every size and offset, and wasm32 agrees", () => {
  const header = genTypes(compileObject("layouts"), { name: "layouts" });
  checkForWasm(header, ["-Wextra"]);
  checkForWasm(header, ["-x", "c++"]);
  const { btf } = parseObject(compileObject("layouts"));
  for (const type of btf?.types ?? []) {
    if ((type.kind !== "struct" && type.kind !== "union") || type.name === "") continue;
    assertStringIncludes(header, `_Static_assert(sizeof(${type.kind} ${type.name}) == ${type.sizeBytes},`);
    for (const { name, bitOffset } of type.members.filter(({ name, bitSize }) => name !== "" && bitSize === 0)) {
      assertStringIncludes(header, `offsetof(${type.kind} ${type.name}, ${name}) == ${bitOffset / 8},`);
    }
  }
});

Deno.test("genTypes() asserts offsets within anonymous members", () => {
  const header = genTypes(compileObject("layouts"), { name: "layouts" });
  assertStringIncludes(header, "_Static_assert(offsetof(struct nested, n) ==");
  assertStringIncludes(header, "_Static_assert(offsetof(struct nested, in_place.deep[0].c) ==");
  assertStringIncludes(header, "} nameless;");
  assertStringIncludes(header, "INLINE_A = 9,");
});

Deno.test("genTypes() puts every member, bit-fields too, where the kernel has it", () => {
  const object = compileObject("layouts");
  const { btf, layouts } = parseObject(object);
  assert(btf !== undefined && layouts !== undefined);
  checkPlaces(btf, layouts, genTypes(object, { name: "layouts" }));
});

Deno.test("genTypes() puts every member of random structs where the kernel has it", () => {
  const object = compileSource(randomStructs(20261123, 150));
  const { btf, layouts } = parseObject(object);
  assert(btf !== undefined && layouts !== undefined);
  const header = genTypes(object, { name: "random" });
  checkForWasm(header, ["-Wextra"]);
  assertEquals(checkPlaces(btf, layouts, header) > 500, true);
});

Deno.test("genTypes() takes types of maps and variables, not the kernel's", () => {
  const header = genTypes(compileObject("sections"), { name: "sections" });
  const structs = [...header.matchAll(/^struct (\w+) \{/gm)].map((match) => match[1]);
  assertEquals(structs.sort(), ["hist", "record"]);
  const kernel = compileObject("kernel_types");
  assertEquals([...genTypes(kernel, { name: "k" }).matchAll(/^struct (\w+) \{/gm)].map((match) => match[1]), ["own"]);
  assertEquals(
    [...genTypes(kernel, { name: "k", all: true }).matchAll(/^struct (\w+) \{/gm)].map((match) => match[1]),
    ["own"],
  );
  assertStringIncludes(genTypes(kernel, { name: "k", types: ["task_struct"] }), "struct task_struct {");
});

Deno.test("genTypes() explains how to get a type that is not in the object", () => {
  const error = assertThrows(() => genTypes(compileObject("sections"), { name: "x", types: ["event"] }), RangeError);
  assertStringIncludes(error.message, `Cannot find type "event"`);
  assertStringIncludes(error.message, "const struct event *unused;");
});

Deno.test("genTypes() reports that there is nothing to write", () => {
  assertThrows(
    () => genTypes(compileSource("int x;"), { name: "x" }),
    RangeError,
    "no map or variable has a struct, union or enum",
  );
});

Deno.test("genTypes() keeps two structs of one name apart", () => {
  // Only linking makes such objects; the second "b_struct" becomes "a_struct" in the strings.
  const object = compileSource("struct a_struct { int a; } a; struct b_struct { long b; } b;");
  const text = new TextDecoder("latin1").decode(object);
  for (let at = text.indexOf("b_struct\0"); at >= 0; at = text.indexOf("b_struct\0", at + 1)) object[at] = 0x61;
  const header = genTypes(object, { name: "x" });
  assertStringIncludes(header, "struct a_struct {");
  assertStringIncludes(header, "struct a_struct___2 {");
  checkForWasm(header);
});

Deno.test({
  name: "genTypesOfBtf() writes the kernel's own structs",
  ignore: !isFile("/sys/kernel/btf/vmlinux"),
  fn() {
    const btf = Deno.readFileSync("/sys/kernel/btf/vmlinux");
    const header = genTypesOfBtf(btf, {
      name: "k",
      types: ["task_struct", "sk_buff", "tcp_sock", "bpf_attr", "xdp_md"],
    });
    checkForWasm(header, ["-Wno-microsoft-anon-tag", "-I", new URL("../../wasm-include/c/", import.meta.url).pathname]);
    assertThrows(() => genTypesOfBtf(btf, { name: "k", types: ["no_such_type"] }), RangeError, "Cannot find type");
  },
});

/**
 * Sets each member of each named struct of a header to all ones in a compiled module, and compares the bits that changed
 * with BTF. Returns the number of members.
 */
function checkPlaces(btf: Btf, layouts: Layouts, header: string): number {
  const places = btf.types
    .filter((type): type is BtfStruct => type.kind === "struct" || type.kind === "union")
    .filter(({ kind, name }) => name !== "" && header.includes(`\n${kind} ${name} {`))
    .flatMap((struct) =>
      struct.members.filter((member) => isSettable(btf, member)).map((member) => ({ struct, member }))
    );
  const setters = places.map(({ struct, member }, i) => `
    __attribute__((export_name("set${i}"))) void set${i}(void) {
      __builtin_memset(buffer, 0, sizeof(buffer));
      __typeof__(*(${struct.kind} ${struct.name} *)0) *s = (void *)buffer;
      ${
    member.bitSize === 0
      ? `__builtin_memset(&s->${member.name}, 0xff, sizeof(s->${member.name}))`
      : `s->${member.name} = -1`
  };
    }`);
  const module = compileModule(
    `${header}\n_Alignas(16) unsigned char buffer[65536];\nvoid *start(void) { return buffer; }\n${setters.join("\n")}`,
    ["-Wno-bool-conversion", "-Wno-bitfield-constant-conversion", "-mbulk-memory"],
  );
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const { memory, start } = exports;
  assert(memory instanceof WebAssembly.Memory && typeof start === "function");
  const base: number = start();
  for (const [i, { struct, member }] of places.entries()) {
    const set = exports[`set${i}`];
    assert(typeof set === "function");
    set();
    const bytes = new Uint8Array(memory.buffer, base, struct.sizeBytes + 8);
    const width = member.bitSize || layouts.of(member.type).sizeBytes * 8;
    const isBool = btf.resolve(member.type);
    // A bool stores only one bit.
    const ones = isBool.kind === "int" && isBool.bool && member.bitSize !== 0 ? 1 : width;
    assertEquals(bitRange(bytes), { from: member.bitOffset, width: ones }, `${struct.name}.${member.name}`);
  }
  return places.length;
}

function isSettable(btf: Btf, { name, type }: BtfMember): boolean {
  const resolved = btf.resolve(type);
  if (name === "" || (resolved.kind === "array" && resolved.length === 0)) return false;
  return (resolved.kind !== "struct" && resolved.kind !== "union") || resolved.sizeBytes > 0;
}

/** The first set bit, and the number of set bits from there on. */
function bitRange(bytes: Uint8Array): { from: number; width: number } {
  const bits = [...bytes].flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) & 1));
  const from = bits.indexOf(1);
  const to = bits.lastIndexOf(1);
  assert(bits.slice(from, to + 1).every((bit) => bit === 1), "bits with gaps");
  return { from, width: to - from + 1 };
}

/** C source with `count` structs and a variable of each. The same seed gives the same source. */
function randomStructs(seed: number, count: number): string {
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const pick = <T>(items: readonly T[]): T =>
    items[random(items.length)] ?? items[0] ?? (() => {
      throw new Error();
    })();
  const scalars = [
    "char",
    "unsigned char",
    "short",
    "int",
    "unsigned",
    "long",
    "unsigned long",
    "long long",
    "void *",
    "_Bool",
    "float",
    "double",
    "enum color",
    "__int128",
  ];
  const fieldTypes = [
    ["int", 32],
    ["unsigned", 32],
    ["unsigned char", 8],
    ["short", 16],
    ["long", 64],
    ["unsigned long long", 64],
    ["_Bool", 1],
    ["enum color", 32],
  ] as const;
  const known: string[] = [];
  let number = 0;
  const member = (depth: number): string => {
    const name = `m${number++}`;
    const kind = random(10);
    if (kind < 3) {
      const [type, bits] = pick(fieldTypes);
      return random(6) === 0 ? `${type} : ${1 + random(bits)};` : `${type} ${name} : ${1 + random(bits)};`;
    }
    if (kind === 3 && depth < 3) {
      const body = Array.from({ length: 1 + random(4) }, () => member(depth + 1)).join(" ");
      // A struct without members is a GNU extension.
      const named = `${body} char n${number++};`;
      return `${pick(["struct", "union"])} { ${named} }${random(4) === 0 ? " __attribute__((packed))" : ""} ${
        pick(["", name, `${name}[2]`])
      };`;
    }
    if (kind === 4 && known.length > 0) return `${pick(known)} ${name}${pick(["", "[3]"])};`;
    const aligned = random(12) === 0 ? ` __attribute__((aligned(${pick([2, 8, 16, 32])})))` : "";
    return `${pick(scalars)} ${name}${pick(["", "", "", "[3]", "[2][5]"])}${aligned};`;
  };
  const lines = ["enum color { RED, GREEN = 7 };"];
  for (let i = 0; i < count; i++) {
    number = 0;
    const body = Array.from({ length: 1 + random(8) }, () => member(0)).join("\n  ");
    const attribute = pick([
      "",
      "",
      "",
      " __attribute__((packed))",
      " __attribute__((aligned(32)))",
      " __attribute__((packed, aligned(4)))",
    ]);
    const tag = `${random(6) === 0 ? "union" : "struct"} random${i}`;
    lines.push(`${tag} {\n  ${body}\n  char end;\n}${attribute} v${i};`);
    // Deeply nested structs would fill the memory.
    if (!known.some((other) => body.includes(other))) known.push(tag);
    if (known.length > 20) known.shift();
  }
  return lines.join("\n");
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    console.warn(`skipped: no ${path}`);
    return false;
  }
}
