/** Compares the refusals that `wasm-bpf inspect` predicts with libbpf's messages when it opens or loads the objects. */

import { assertEquals, assertMatch } from "@std/assert";
import { compileObject, compileSource } from "../../object/testdata/compile.ts";
import { ObjectEditor } from "../../object/testdata/edit_object.ts";
import { compileSmall } from "../../object/testdata/hostile.ts";
import { inspectBytes } from "../../cli/inspection.ts";
import { BpfError, FormatError } from "../../errors/mod.ts";
import { openLibbpf, openSystem } from "../../ffi/mod.ts";

/** An object, the predicted refusals, and libbpf's message with the same reason. */
type Case = readonly [title: string, object: () => Uint8Array<ArrayBuffer>, refusal: string, libbpf: RegExp];

/** Binding and type of a symbol: 0x01 is a local variable, 0x02 a local function. */
const LOCAL_FUNCTION = 0x02;

const MAP = "__uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u32);";
const PROGRAM = 'SEC("raw_tp/sys_enter") int on_enter(int *context)';

function map(members: string, name = "wrong"): string {
  return `struct { ${members} } ${name} SEC(".maps");`;
}

function edited(change: (object: ObjectEditor) => void): () => Uint8Array<ArrayBuffer> {
  return () => {
    const object = new ObjectEditor(compileObject("hostile"));
    change(object);
    return object.bytes;
  };
}

const small = (source: string) => () => compileSmall(source);

const CASES: readonly Case[] = [
  [
    "a static program",
    edited((object) => object.symbol("last_half", { info: LOCAL_FUNCTION })),
    'program "last_half" of section "raw_tp/sched_wakeup_new" is static',
    /program 'last_half' is static and not supported/,
  ],
  [
    "a version of another size",
    small('char kernel[8] SEC("version") = "1.2.3";'),
    'section "version" has 8 bytes instead of 4',
    /invalid kver section/,
  ],
  [
    "struct_ops without types",
    () => compileSource('int a[2] __attribute__((section(".struct_ops"), used)) = {1};', "bpf", { types: false }),
    'it has section ".struct_ops" and no BTF for it; compile it with -g',
    /BTF is required, but is missing or corrupted/,
  ],
  [
    "maps without types",
    () =>
      compileSource(`struct { int (*type)[2]; } map __attribute__((section(".maps"), used));`, "bpf", { types: false }),
    "it has maps and no BTF; compile it with -g",
    /BTF is required, but is missing or corrupted/,
  ],
  [
    "maps in the style from before libbpf 1.0",
    small('struct { u32 type, key, value, entries; } map SEC("maps") = {2, 4, 4, 1};'),
    'maps in a "maps" section are not supported; define them in SEC(".maps")',
    /legacy map definitions in 'maps' section are not supported/,
  ],
  [
    "a map without a type",
    small(map("__uint(max_entries, 1);")),
    'map "wrong" has no type',
    /map 'wrong': map type isn't specified/,
  ],
  [
    "an extern without types",
    () =>
      compileSource(
        `extern int CONFIG_HZ __attribute__((section(".kconfig")));
        __attribute__((section("raw_tp/x"))) int f(void *c) { return CONFIG_HZ; }`,
        "bpf",
        { types: false },
      ),
    'extern "CONFIG_HZ" needs BTF: compile with -g',
    /BTF is required|failed to find BTF for extern 'CONFIG_HZ'/,
  ],
  [
    "an extern of no section",
    small(`extern int elsewhere; ${PROGRAM} { return elsewhere; }`),
    'extern "elsewhere" is in no section: declare it with __kconfig or __ksym',
    /failed to find BTF for extern 'elsewhere' \[\d+\] section/,
  ],
  [
    "an extern of a section without externs",
    small(`extern int elsewhere SEC(".elsewhere"); ${PROGRAM} { return elsewhere; }`),
    'extern "elsewhere" is in section ".elsewhere", where there are no externs',
    /unrecognized extern section '\.elsewhere'/,
  ],
  [
    "an enum of the kernel's configuration",
    small(`enum other { A }; extern enum other CONFIG_HZ SEC(".kconfig"); ${PROGRAM} { return CONFIG_HZ; }`),
    'extern "CONFIG_HZ" has a type that no value of the kernel\'s configuration has',
    /extern \(kcfg\) 'CONFIG_HZ': type is unsupported/,
  ],
  [
    "a variable without a symbol",
    edited((object) => object.symbol("total", { info: 0x01 })),
    'variable "total" of section ".bss" has no symbol',
    /invalid argument|no such file|ENOENT/,
  ],
  [
    "a map with an unknown member",
    small(map(`${MAP} __uint(colour, 3);`)),
    'map "wrong" has "colour", which no map has',
    /map 'wrong': unknown field 'colour'/,
  ],
  [
    "a static map",
    small(`static ${map(MAP)} ${PROGRAM} { void *map = &wrong; __asm__ volatile("" : "+r"(map)); return 0; }`),
    'map "wrong" is static: a map must be a global variable',
    /map 'wrong': unsupported map linkage static/,
  ],
  [
    "a map with values that is not a map of maps",
    small(`struct inner { ${MAP} }; ${map(`${MAP} struct inner *values[];`)}`),
    'map "wrong" has "values", which arrays and hashes of maps and arrays of programs have',
    /map 'wrong': should be map-in-map or prog-array/,
  ],
  [
    "a map pinned in another way",
    small(map(`${MAP} __uint(pinning, 2);`)),
    'map "wrong" has "pinning" 2, which is neither 0 nor LIBBPF_PIN_BY_NAME',
    /map 'wrong': invalid pinning value 2/,
  ],
  [
    "inner maps that are pinned",
    small(
      `struct inner { ${MAP} __uint(pinning, 1); };
      ${map("__uint(type, 12); __uint(max_entries, 1); __type(key, u32); struct inner *values[];")}`,
    ),
    'map "wrong" has inner maps that are pinned',
    /map 'wrong\.inner': inner def can't be pinned/,
  ],
  [
    "two arenas",
    small(
      `${map("__uint(type, 33); __uint(map_flags, 0x400); __uint(max_entries, 1);", "one")}
      ${map("__uint(type, 33); __uint(map_flags, 0x400); __uint(max_entries, 1);", "two")}`,
    ),
    'maps "one" and "two" are arenas: an object has one',
    /only single ARENA map is supported/,
  ],
  [
    "a program that calls another program",
    small(
      `SEC("raw_tp/x") __attribute__((noinline)) int called(int *context) { return *context; }
      ${PROGRAM} { return called(context); }`,
    ),
    'program "on_enter" calls "called" of section "raw_tp/x": subprograms are in .text',
    /prog 'on_enter': bad call relo against 'called' in section 'raw_tp\/x'/,
  ],
  [
    "a program that names a variable of another section",
    small(`int variable SEC("odd") = 3; ${PROGRAM} { return variable; }`),
    'program "on_enter" names "variable" of section "odd", which holds no maps and no variables',
    /prog 'on_enter': bad map relo against 'variable' in section 'odd'/,
  ],
  [
    "a relocation of an instruction that names nothing",
    edited((object) => object.relocation(".relraw_tp/sched_wakeup_new", 0, { offset: 24n })),
    'program "last_half" names "total" in an instruction that cannot name anything',
    /prog 'last_half': invalid relo against 'total' for insns\[3\]\.code 0x7/,
  ],
  [
    "a program that names a place between two maps",
    edited((object) =>
      object.symbol("LICENSE", { section: ".maps", value: 8n })
        .relocation(".relraw_tp/sched_wakeup_new", 0, { symbol: object.symbolIndex("LICENSE") })
    ),
    'program "last_half" names "LICENSE" of section ".maps", which is not a map',
    /prog 'last_half': map relo failed to find map for section '\.maps', off 8/,
  ],
  [
    "a program of a section without a type",
    small('SEC("no_such_type") int on_enter(int *context) { return 0; }'),
    'program "on_enter" has no type: section "no_such_type" names none',
    /prog 'on_enter': missing BPF prog type, check ELF section name 'no_such_type'/,
  ],
];

/** The refusals that inspect reports. For an unreadable object, the parse error is the only one. */
function refusalsOf(bytes: Uint8Array<ArrayBuffer>): string[] {
  try {
    const report = inspectBytes(bytes);
    return report.kind === "object" ? report.refusals : [];
  } catch (error) {
    if (error instanceof FormatError) return [error.problem];
    throw error;
  }
}

/** All messages of libbpf while it opens and loads an object; "" on success. */
function libbpfOf(bytes: Uint8Array<ArrayBuffer>): string {
  using system = openSystem();
  using libbpf = openLibbpf(system);
  try {
    using object = libbpf.openObject(bytes, { pinRootPath: "/none" });
    object.load();
    return "";
  } catch (error) {
    if (!(error instanceof BpfError)) throw error;
    return [error.message, ...error.log].join("\n");
  }
}

for (const [title, make, refusal, libbpf] of CASES) {
  Deno.test(`inspect predicts that libbpf refuses ${title}`, () => {
    const object = make();
    assertMatch(libbpfOf(object), libbpf);
    assertEquals(refusalsOf(object), [refusal]);
  });
}

Deno.test("inspect predicts no refusal for an object that libbpf loads", () => {
  for (const name of ["sections", "layouts", "kernel_types", "hostile"]) {
    assertEquals(refusalsOf(compileObject(name)), [], name);
  }
  for (const { name } of Deno.readDirSync(new URL("../../.build/guests/", import.meta.url))) {
    if (!name.endsWith(".bpf.o")) continue;
    const bytes = Deno.readFileSync(new URL(`../../.build/guests/${name}`, import.meta.url));
    assertEquals(refusalsOf(bytes), [], name);
  }
});
