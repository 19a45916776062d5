/**
 * Compiles generated source in each language. Names of a file cannot become code: names that are no identifiers are refused, and words of
 * the languages, names that become alike, and odd section names compile. So do the kernel's own types.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { Btf } from "../object/btf/btf.ts";
import { Layouts } from "../object/btf/layout.ts";
import { parseObject } from "../object/object.ts";
import { compileSource } from "../object/testdata/compile.ts";
import { Random } from "../object/testdata/damage.ts";
import { RawBtf } from "../object/testdata/raw_btf.ts";
import { genSkeletonIn, genTypesIn, genTypesOfBtfIn, isLanguage, type Language, LANGUAGES } from "./languages.ts";
import { ModelTypes } from "./model_types.ts";
import { modelOf } from "./object_model.ts";
import { COMPILERS } from "./testdata/compilers.ts";
import { typesObject } from "./testdata/golden.ts";

/** Words, types and functions of all languages, and names that generated code uses. */
const WORDS = `
  abstract and any anyerror anyframe anytype arguments array as asm assert async auto await bits bool boolean break byte bytes callconv
  case catch chan char class clone cmp comptime const continue core crate debugger declare default defer delete do dyn else enum
  errdefer error eval export extends extern f32 f64 fallthrough false final finally fmt fn for from func function get go goto i16 i32
  i64 i8 if impl implements import in init inline instanceof int interface is isize iota keyof len let linksection load loop macro main
  make map match mod module move mut namespace never new nil noalias null nullptr number object of opaque open operator or orelse
  override packed package panic priv private protected pub public range readonly ref register require resume return select self
  Self set sizeof static std storage string struct super suspend switch symbol test this thread_local throw trait true try type typeof
  u16 u32 u64 u8 undefined union unknown unreachable unsafe unsized usingnamespace usize v128 value var view virtual void volatile
  wasm_bpf where while with yield Codec DataView Default Debug Clone Copy Event Map Maps Object Option Pod Progs Result Skeleton
  StaticArray String TypedMap Uint8Array Variables Vec codecs constructor ebpf errno hasOwnProperty prototype toString unmanaged
  __proto__ _ __ a_b a__b A_B aB is_exit isExit IsExit set_low setLow low Low OBJECT at decode encode attach close maps progs rodata
  data bss links names_2 x X xSkel XSkel LoadX NewX LoadXSpec xObject XMaps XPrograms XObjects loadX loadXObjects Words words
`.trim().split(/\s+/);

/** Objects with two wrong words in their BTF each, of which the language still makes something. */
function damagedSources(language: Language, count: number): { types: string }[] {
  const object = typesObject();
  const btf = parseObject(object).elf.sections.find(({ name }) => name === ".BTF");
  assert(btf !== undefined);
  const random = new Random(5);
  const sources: { types: string }[] = [];
  while (sources.length < count) {
    const damaged = object.slice();
    const view = new DataView(damaged.buffer, btf.offset + 24);
    for (let i = 0; i < 2; i++) view.setUint32(random.below(2600) & ~3, random.below(60), true);
    try {
      const bytes = new Uint8Array(1);
      sources.push({ types: genSkeletonIn(language, damaged, { name: "x", all: true, bytes }) });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return sources;
}

const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

/** Large structs, which contain hundreds of others. */
const KERNEL_TYPES = ["task_struct", "sk_buff", "tcp_sock", "file", "inode", "bpf_map_type"];

/** An object with these names as types, members, constants and variables. */
function objectOfWords(): Uint8Array {
  const btf = new RawBtf();
  const int = btf.int("int", 4);
  const long = btf.int("long", 8, "unsigned");
  const members = WORDS.map((name, i) => [name, int, i * 32] as const);
  const structs = WORDS.map((name, i) =>
    i % 3 === 0 ? btf.enum(name, 4, { [`C_${name}`]: i }) : btf.struct(name, 8, [["low", long, 0, 3]])
  );
  const all = structs.map((type, i) => [`m${i}`, type, i * 64] as const);
  btf.section(".data", [
    ["words", btf.struct("all_words", WORDS.length * 4, members), 0, WORDS.length * 4],
    [
      "bits",
      btf.struct("all_bits", WORDS.length * 4, WORDS.map((name, i) => [name, int, i * 32, 5] as const)),
      4096,
      WORDS.length * 4,
    ],
    [
      "either",
      btf.struct("either", WORDS.length * 4, WORDS.map((name) => [name, int, 0] as const), "union"),
      8192,
      WORDS.length * 4,
    ],
    ["types", btf.struct("all_types", WORDS.length * 8, all), 12288, WORDS.length * 8],
    ["named", btf.enum("all_constants", 4, Object.fromEntries(WORDS.map((name, i) => [name, i]))), 16384, 4],
    ["unnamed", btf.enum("", 4, Object.fromEntries(WORDS.map((name, i) => [name === "_" ? "_w" : name, i]))), 16388, 4],
    ...WORDS.map((name, i) => [name, int, 20480 + i * 4, 4] as const),
  ]);
  return btf.object({ ".data": 24576 });
}

/** An object whose sections, programs and maps have odd names. */
function objectOfSections(): Uint8Array {
  const odd = String.raw`\n*/ evil(); /* ${"`"} \" \\ $` + "{evil} //! \u2028 \u202e evil";
  const programs = WORDS.filter((name) => /^\w+$/.test(name)).map((name, i) => `
    __attribute__((section("xdp"), used)) int program${i}(void *context) asm("${name}");
    int program${i}(void *context) { return 1; }
    struct { int (*type)[1]; int (*max_entries)[1]; int *key; long *value; } map${i} asm("${name}_map") __attribute__((section(".maps"), used));`);
  return compileSource(`
    int first __attribute__((section(".data.${odd}")));
    const volatile int second __attribute__((section(".rodata.${odd}"))) = 1;
    __attribute__((section("?tp/${odd}"), used)) int odd(void *context) { return first + second; }
    ${programs.join("")}`);
}

/** An object whose maps and sections of variables have these names exactly, half of the maps without types. */
function objectOfMaps(): Uint8Array {
  const names = WORDS.filter((name) => /^\w+$/.test(name));
  const maps = names.map((name, i) => {
    const sizes = i % 2 === 0 ? "int *key; long *value;" : "int (*key_size)[4]; int (*value_size)[8];";
    return `struct { int (*type)[1]; int (*max_entries)[1]; ${sizes} } map${i} asm("${name}") __attribute__((section(".maps"), used));`;
  });
  const variables = names.map((name, i) =>
    `int variable${i} asm("v_${name}") __attribute__((section(".data.${name}"))) = 1;`
  );
  return compileSource([...maps, ...variables].join("\n"));
}

for (const language of LANGUAGES.filter(isLanguage)) {
  const { reasonToSkip, check } = COMPILERS[language];
  const reason = reasonToSkip();
  const name =
    `${language}: source with words of languages, odd section names, types of the kernel and damaged types compiles`;
  Deno.test({
    name: reason === undefined ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== undefined,
    fn: async () => {
      const options = { name: "x", all: true };
      const sources = [objectOfWords(), objectOfSections(), objectOfMaps()].map((object) => ({
        types: genTypesIn(language, object, options),
        skeleton: genSkeletonIn(language, object, options),
      }));
      const kernel = genTypesOfBtfIn(language, Deno.readFileSync(KERNEL_BTF), { name: "kernel", types: KERNEL_TYPES });
      await check([...sources, { types: kernel }, ...damagedSources(language, 6)]);
    },
  });
}

Deno.test("ModelTypes takes every struct and union of the running kernel, and covers each of its bytes", () => {
  const btf = Btf.parse(Deno.readFileSync(KERNEL_BTF));
  const types = new ModelTypes(btf, new Layouts(btf, "bpf"));
  for (const type of btf.types) {
    if ((type.kind === "struct" || type.kind === "union") && type.name !== "") types.add(type.id);
  }
  const { records } = types.model;
  assert(records.length > 1000, `${records.length} records`);
  for (const { name, isUnion, fields, sizeBytes } of records) {
    const sizes = fields.map((field) => field.sizeBytes);
    assertEquals(isUnion ? Math.max(...sizes) : sizes.reduce((sum, size) => sum + size, 0), sizeBytes, name);
  }
});

Deno.test("modelOf() refuses names that are no identifiers, of types, members, constants, variables, programs and maps", () => {
  for (const evil of ["x; } evil", "a\nb", "*/", "", "1", "a-b", "`", "$" + "{x}", "a.b", "é"]) {
    const kinds: readonly ((btf: RawBtf, int: number) => number)[] = [
      (btf, int) => evil === "" ? btf.struct("a\n", 4, [["a", int, 0]]) : btf.struct(evil, 4, [["a", int, 0]]),
      (btf, int) => btf.struct("s", 4, [[evil === "" ? " " : evil, int, 0]]),
      (btf, int) => btf.struct("s", 4, [[evil === "" ? " " : evil, int, 0, 3]]),
      (btf) => btf.enum("e", 4, { [evil]: 1 }),
      (btf) => btf.enum("", 4, { [evil]: 1 }),
      (btf) => btf.enum(evil === "" ? " " : evil, 4, { A: 1 }),
      (btf, int) => btf.on("typedef", btf.struct("", 4, [["a", int, 0]]), evil === "" ? " " : evil),
    ];
    for (const make of kinds) {
      const btf = new RawBtf();
      btf.section(".data", [["v", make(btf, btf.int("int", 4)), 0, 4]]);
      assertThrows(() => modelOf(btf.object({ ".data": 4 }), { name: "x" }), FormatError, "name");
    }
    const btf = new RawBtf();
    btf.section(".data", [[evil === "" ? " " : evil, btf.int("int", 4), 0, 4]]);
    assertThrows(() => modelOf(btf.object({ ".data": 4 }), { name: "x" }), FormatError, "name");
  }
  const source = (program: string, map: string) => `
    __attribute__((section("xdp"), used)) int program(void *context) asm("${program}");
    int program(void *context) { return 1; }
    struct { int (*type)[1]; int (*max_entries)[1]; int *key, *value; } map asm("${map}") __attribute__((section(".maps"), used));`;
  assertThrows(() => modelOf(compileSource(source("a b", "m")), { name: "x" }), FormatError, "cannot be a name");
  assertThrows(() => modelOf(compileSource(source("a", "m")), { name: "x y" }), FormatError, "cannot be a name");
});
