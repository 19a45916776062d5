import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { compileSource } from "../object/testdata/compile.ts";
import { alignOf, isText, type ModelRecord, type ObjectModel } from "./model.ts";
import { modelOf } from "./object_model.ts";

const OBJECT = compileSource(Deno.readTextFileSync(new URL("testdata/types.bpf.c", import.meta.url)));
const MODEL = modelOf(OBJECT, { name: "types" });

function record(name: string, { records, sections }: ObjectModel = MODEL): ModelRecord {
  const found = [...records, ...sections.map(({ variables }) => variables)].find((record) => record.name === name);
  if (found === undefined) throw new Error(`No record ${name} among ${records.map(({ name }) => name)}`);
  return found;
}

const shape = ({ fields }: ModelRecord) =>
  fields.map(({ name, offset, sizeBytes }) => `${name} ${offset}+${sizeBytes}`);

Deno.test("modelOf() fills the gaps of a struct with fields", () => {
  assertEquals(shape(record("gaps")), ["tag 0+1", "_pad1 1+7", "value 8+8", "last 16+2", "_pad18 18+6"]);
});

Deno.test("modelOf() finds packed structs, which have the alignment 1", () => {
  const { isPacked, alignBytes, sizeBytes } = record("tight");
  assertEquals({ isPacked, alignBytes, sizeBytes }, { isPacked: true, alignBytes: 1, sizeBytes: 33 });
  assertEquals(record("gaps").isPacked, false);
});

Deno.test("modelOf() puts bit-fields into bytes of their struct", () => {
  const { bitFields, fields } = record("flags");
  assertEquals(bitFields, [
    { name: "low", storage: "_bits0", shift: 0, bits: 3, signed: false },
    { name: "middle", storage: "_bits0", shift: 3, bits: 12, signed: false },
    { name: "negative", storage: "_bits0", shift: 15, bits: 5, signed: true },
    { name: "high", storage: "_bits8", shift: 0, bits: 40, signed: false },
  ]);
  assertEquals(fields.map(({ name, offset, role }) => `${name} ${offset} ${role}`), [
    "_bits0 0 bits",
    "_pad3 3 gap",
    "_bits8 8 bits",
    "after 13 member",
    "_pad14 14 gap",
  ]);
});

Deno.test("modelOf() names the parts of a struct that have no name after their place", () => {
  assertEquals(MODEL.records.map(({ name }) => name), [
    "gaps",
    "number",
    "event_peer",
    "flags",
    "tight",
    "event_12",
    "event",
    "empty",
    "unnamed_t",
    "line",
    "sixteen",
    "packed_bits",
    "in_bits",
    "odd_23_0",
    "odd_23_named_1",
    "odd_23_named",
    "odd_23",
    "odd",
    "names",
  ]);
  assertEquals(record("event_12").isUnion, true);
});

Deno.test("modelOf(): the fields of every struct cover its bytes, and each lies where its type may", () => {
  for (
    const { name, isUnion, fields, sizeBytes, isPacked } of [
      ...MODEL.records,
      ...MODEL.sections.map((s) => s.variables),
    ]
  ) {
    if (isUnion) {
      assertEquals(Math.max(...fields.map((field) => field.sizeBytes)), sizeBytes, name);
      continue;
    }
    let end = 0;
    for (const field of fields) {
      assertEquals(field.offset, end, `${name}.${field.name}`);
      if (!isPacked) assertEquals(field.offset % alignOf(field.type), 0, `${name}.${field.name}`);
      end += field.sizeBytes;
    }
    assertEquals(end, sizeBytes, name);
  }
});

Deno.test("modelOf() has the maps with the types of keys and values", () => {
  const [events, counts] = MODEL.maps;
  assertEquals(events?.key, { kind: "record", record: record("gaps") });
  assertEquals(events?.value, { kind: "record", record: record("event") });
  assertEquals([counts?.isPerCpu, counts?.value], [true, { kind: "int", sizeBytes: 8, signed: false, isChar: false }]);
  assertEquals([events?.isPerCpu, events?.maxEntries], [false, 64]);
});

Deno.test("modelOf() has the sections of variables, without static ones", () => {
  assertEquals(MODEL.sections.map(({ member, mapName, kind }) => `${member} ${mapName} ${kind}`), [
    "rodata types.rodata rodata",
    "data types.data data",
    "bss types.bss bss",
    "rodata_str1_1 .rodata.str1.1 rodata",
  ]);
  assertEquals(shape(record("types_rodata")), ["limit 0+4", "prefix 4+8", "_pad12 12+4", "lowest 16+8"]);
  assertEquals(record("types_bss").fields.filter(({ role }) => role === "member").map(({ name }) => name), [
    "last",
    "odd_one",
    "text",
    "raw",
    "runs",
    "unused_odd",
    "unused_names",
  ]);
});

Deno.test("modelOf() has the constants of enums, of 4 and of 8 bytes", () => {
  assertEquals(MODEL.enums.map(({ name, sizeBytes, signed }) => ({ name, sizeBytes, signed })), [
    { name: "color", sizeBytes: 4, signed: true },
    { name: "wide", sizeBytes: 8, signed: false },
    { name: "deep", sizeBytes: 8, signed: true },
    { name: "odd_alone", sizeBytes: 4, signed: false },
  ]);
  assertEquals(MODEL.enums[0]?.values.map(({ name, value }) => `${name} ${value}`), ["RED 0", "GREEN 7", "BLUE -1"]);
});

Deno.test("modelOf() refuses an object without BTF", () => {
  const object = compileSource('__attribute__((section("xdp"), used)) int f(void *c) { return 0; }', "bpf", {
    types: false,
  });
  assertThrows(() => modelOf(object, { name: "x" }), FormatError, "it has no BTF");
});

Deno.test("modelOf() tells char, which is text, from other integers of one byte", () => {
  const object = compileSource(`
    char text[4]; signed char small; unsigned char byte; const volatile char one; typedef char letter_t; letter_t letters[2][3];`);
  const variables = modelOf(object, { name: "x" }).sections.flatMap(({ variables }) => variables.fields);
  const isTextOf = (name: string) => {
    const field = variables.find((field) => field.name === name);
    if (field === undefined) throw new Error(`no ${name}`);
    const type = field.type.kind === "array" && field.type.element.kind === "array" ? field.type.element : field.type;
    return [isText(type), type.kind === "int" && type.isChar];
  };
  assertEquals(["text", "small", "byte", "one", "letters"].map(isTextOf), [
    [true, false],
    [false, false],
    [false, false],
    [false, true],
    [true, false],
  ]);
});

Deno.test("modelOf() has the variables of __kconfig, their types, and which are weak", () => {
  const object = compileSource(`
    enum libbpf_tristate { TRI_NO, TRI_YES, TRI_MODULE };
    #define KCONFIG __attribute__((section(".kconfig")))
    extern int CONFIG_HZ KCONFIG;
    extern _Bool CONFIG_ODD KCONFIG __attribute__((weak));
    extern enum libbpf_tristate CONFIG_MODULES KCONFIG __attribute__((weak));
    extern char CONFIG_NAME[8] KCONFIG;
    __attribute__((section("xdp"), used)) int f(void *c) { return CONFIG_HZ + CONFIG_ODD + CONFIG_MODULES + CONFIG_NAME[0]; }`);
  const [section] = modelOf(object, { name: "x" }).sections;
  assertEquals([section?.member, section?.mapName, section?.kind], ["kconfig", "x.kconfig", "kconfig"]);
  assertEquals(
    section?.variables.fields.map(({ name, offset, type }) => `${name} ${offset} ${type.kind} ${isText(type)}`),
    [
      "CONFIG_HZ 0 int false",
      "CONFIG_MODULES 4 enum false",
      "CONFIG_ODD 8 bool false",
      "CONFIG_NAME 9 array true",
    ],
  );
  assertEquals(section?.weak, ["CONFIG_MODULES", "CONFIG_ODD"]);
});

Deno.test("modelOf() chooses names of C, but no words of C: a member may be called errno", () => {
  const object = compileSource(`
    #define SEC(name) __attribute__((section(name), used))
    struct { int (*type)[2]; int *key, *value; int (*max_entries)[1]; } bss SEC(".maps"), errno SEC(".maps");
    struct stdin { int errno, EOF; } counter;
    int other SEC(".data.a-b"), another SEC(".data.a_b");
    SEC("xdp") int linux(void *context) { return counter.errno + other + another; }`);
  const { maps, sections, programs, records } = modelOf(object, { name: "x" });
  assertEquals(maps.map(({ member, name }) => [member, name]), [["bss_2", "bss"], ["errno", "errno"]]);
  assertEquals(sections.map(({ member, mapName }) => [member, mapName]), [
    ["bss", "x.bss"],
    ["data_a_b", ".data.a-b"],
    ["data_a_b_2", ".data.a_b"],
  ]);
  assertEquals(programs.map(({ member }) => member), ["linux"]);
  assertEquals(records.map(({ name, fields }) => [name, ...fields.map(({ name }) => name)]), [
    ["stdin", "errno", "EOF"],
  ]);
});
