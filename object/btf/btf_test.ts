import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { FormatError } from "../../errors/mod.ts";
import { Btf } from "./btf.ts";
import { parseElf } from "../elf/elf.ts";
import { compileObject, compileSource, outputOf } from "../testdata/compile.ts";
import { RawBtf } from "../testdata/raw_btf.ts";
import type { BtfType } from "./types.ts";

const VMLINUX = "/sys/kernel/btf/vmlinux";

function btfOf(object: Uint8Array): Btf {
  const section = parseElf(object).sections.find(({ name }) => name === ".BTF");
  assert(section !== undefined);
  return Btf.parse(section.bytes);
}

/** A type in bpftool's JSON. */
interface Dumped {
  id: number;
  kind: string;
  name: string;
  size?: number;
  nr_elems?: number;
  type_id?: number;
  ret_type_id?: number;
  nr_bits?: number;
  encoding?: string;
  linkage?: string;
  members?: { name: string; type_id: number; bits_offset: number; bitfield_size?: number }[];
  values?: { name: string; val: number }[];
  params?: { name: string; type_id: number }[];
  vars?: { type_id: number; offset: number; size: number }[];
}

function dumped(type: BtfType): Omit<Dumped, "name"> {
  const { id } = type;
  switch (type.kind) {
    case "int": {
      const encoding = [type.signed ? "SIGNED" : "", type.char ? "CHAR" : "", type.bool ? "BOOL" : ""].join("");
      return { id, kind: "INT", size: type.sizeBytes, nr_bits: type.bits, encoding: encoding || "(none)" };
    }
    case "array":
      return { id, kind: "ARRAY", type_id: type.element, nr_elems: type.length };
    case "struct":
    case "union":
      return {
        id,
        kind: type.kind.toUpperCase(),
        size: type.sizeBytes,
        members: type.members.map(({ name, type, bitOffset, bitSize }) => ({
          name: name || "(anon)",
          type_id: type,
          bits_offset: bitOffset,
          ...(bitSize === 0 ? {} : { bitfield_size: bitSize }),
        })),
      };
    case "enum":
      return {
        id,
        kind: type.sizeBytes === 8 ? "ENUM64" : "ENUM",
        size: type.sizeBytes,
        values: type.values.map(({ name, value }) => ({ name, val: Number(value) })),
      };
    case "func_proto":
      return {
        id,
        kind: "FUNC_PROTO",
        ret_type_id: type.returns,
        params: type.parameters.map(({ name, type }) => ({ name: name || "(anon)", type_id: type })),
      };
    case "var":
      return { id, kind: "VAR", type_id: type.target, linkage: type.linkage };
    case "datasec":
      return {
        id,
        kind: "DATASEC",
        vars: type.variables.map(({ type, offset, sizeBytes }) => ({ type_id: type, offset, size: sizeBytes })),
      };
    case "float":
      return { id, kind: "FLOAT", size: type.sizeBytes };
    case "ptr":
    case "typedef":
    case "volatile":
    case "const":
    case "func":
      return { id, kind: type.kind.toUpperCase(), type_id: type.target };
    default:
      return { id, kind: type.kind.toUpperCase() };
  }
}

for (const name of ["sections", "layouts", "kernel_types"]) {
  Deno.test(`Btf.parse() reads the types of ${name}.bpf.c as bpftool does`, () => {
    const object = compileObject(name);
    const { types }: { types: Dumped[] } = JSON.parse(
      outputOf("bpftool", ["-j", "btf", "dump", "file", "FILE"], object),
    );
    const btf = btfOf(object);
    assertEquals(btf.types.length, types.length + 1);
    for (const expected of types) {
      const type = btf.get(expected.id);
      assertEquals(type.name || "(anon)", expected.name);
      for (const [key, value] of Object.entries(dumped(type))) {
        assertEquals(value, new Map(Object.entries(expected)).get(key), `${key} of type ${expected.id}`);
      }
    }
  });
}

Deno.test({
  name: "Btf.parse() reads the running kernel's types in less than 3 s",
  ignore: !hasVmlinux(),
  fn() {
    const bytes = Deno.readFileSync(VMLINUX);
    const before = performance.now();
    const btf = Btf.parse(bytes);
    const tookMs = performance.now() - before;
    assertGreater(btf.find("struct", "task_struct")?.sizeBytes ?? 0, 1000);
    assert(tookMs < 3000, `took ${tookMs} ms`);
  },
});

Deno.test("Btf.find() distinguishes kinds with the same name", () => {
  const btf = btfOf(compileSource("struct x { int a; } x; typedef int y; y z;"));
  assertEquals(btf.find("struct", "x")?.sizeBytes, 4);
  assertEquals(btf.find("var", "x")?.linkage, "global");
  assertEquals(btf.find("union", "x"), undefined);
});

Deno.test("Btf.resolve() ends on a loop of modifiers", () => {
  // A volatile and a const type refer to each other.
  const btf = Btf.parse(rawBtf([0, 9 << 24, 2, 0, 10 << 24, 1]));
  assertThrows(() => btf.resolve(1), FormatError, "Cannot parse BTF: type 1 is a loop of modifiers");
});

Deno.test("Btf.parse() refuses names that overlap until they fill the memory", () => {
  const btf = new RawBtf();
  btf.struct("n".repeat(60_000), 0, []);
  for (let i = 0; i < 2000; i++) btf.struct("", 0, []);
  const bytes = btf.bytes();
  const view = new DataView(bytes.buffer);
  // Each name after the first is a suffix of the one before it.
  for (let i = 1; i <= 2000; i++) view.setUint32(24 + 12 * i, 1 + i, true);
  assertThrows(() => Btf.parse(bytes), FormatError, "Cannot parse BTF strings: its names overlap too much");
});

Deno.test("Btf.resolve() follows any number of typedefs, from each of them", () => {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  let last = int;
  for (let i = 0; i < 100_000; i++) last = btf.on("typedef", last, "t");
  const types = Btf.parse(btf.bytes());
  const before = performance.now();
  for (let id = last; id > int; id--) assertEquals(types.resolve(id).id, int);
  assert(performance.now() - before < 3000);
});

Deno.test("Btf.parse() refuses references and names that lead nowhere, unknown kinds and byte orders", () => {
  assertThrows(() => Btf.parse(rawBtf([0, 2 << 24, 7])), FormatError, "type 1 refers to type 7 of 2");
  assertThrows(() => Btf.parse(rawBtf([99, 2 << 24, 0])), FormatError, "outside its 1 bytes");
  assertThrows(() => Btf.parse(rawBtf([0, 31 << 24, 0])), FormatError, "unknown kind 31");
  assertThrows(() => Btf.parse(rawBtf([0, (4 << 24) | 500, 8])), FormatError, "Cannot parse BTF types");
  assertThrows(() => Btf.parse(new Uint8Array([0xeb, 0x9f, 1, 0])), FormatError, "it is big-endian");
  assertThrows(() => Btf.parse(new Uint8Array(0)), FormatError, "Cannot parse BTF");
});

/** A blob with these words as types and no names. */
function rawBtf(words: number[]): Uint8Array {
  const header = [0x0001eb9f, 24, 0, words.length * 4, words.length * 4, 1];
  const bytes = new Uint8Array(24 + words.length * 4 + 1);
  const view = new DataView(bytes.buffer);
  [...header, ...words].forEach((word, i) => view.setUint32(i * 4, word, true));
  return bytes;
}

function hasVmlinux(): boolean {
  try {
    return Deno.statSync(VMLINUX).isFile;
  } catch {
    console.warn(`skipped: no ${VMLINUX}`);
    return false;
  }
}
