/**
 * Objects that mislead libbpf, or that use descriptors of the host. Each is a valid object with one change.
 *
 * @module
 */

import { compileObject, compileSource } from "./compile.ts";
import { ObjectEditor } from "./edit_object.ts";

/** A hostile object. */
export interface HostileObject {
  readonly title: string;
  object(): Uint8Array<ArrayBuffer>;
  /** The message of the checks before libbpf. */
  readonly refusal: RegExp;
}

/** Kinds of BTF (linux/btf.h). */
const INT = 1;
const STRUCT = 4;
const TYPEDEF = 8;
const VAR = 14;
const DATASEC = 15;

/** The beginning of every source. */
const PRELUDE = `
typedef unsigned int u32; typedef unsigned long long u64;
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) typeof(val) *name
char LICENSE[] SEC("license") = "GPL";
`;

/** Compiles a source that includes no header. */
export function compileSmall(source: string): Uint8Array<ArrayBuffer> {
  return compileSource(PRELUDE + source);
}

/** Compiles an arena at `address` with `flags`, and a program that uses it. */
export function compileArena(address: string, flags: number, variable: boolean): Uint8Array<ArrayBuffer> {
  return compileSmall(`
    struct { __uint(type, 33); __uint(map_flags, ${0x400 | flags}); __uint(max_entries, 4);
      ${address === "0" ? "" : `enum { at = ${address} } map_extra;`} } arena SEC(".maps");
    ${variable ? '__attribute__((address_space(1))) int first SEC(".addr_space.1") = 7;' : ""}
    SEC("raw_tp/sys_enter") int use(void *ctx) {
      void *used = &arena;
      __asm__ volatile("" : "+r"(used));
      ${variable ? "return first;" : "return 0;"}
    }`);
}

/** A USDT program, and the two maps that libbpf finds by name: their definitions without the number of entries. */
export function compileUsdt(specs: string, ips: string): Uint8Array<ArrayBuffer> {
  return compileSmall(`
    struct { __uint(max_entries, 4); ${specs} } __bpf_usdt_specs SEC(".maps");
    struct { __uint(max_entries, 4); ${ips} } __bpf_usdt_ip_to_spec_id SEC(".maps");
    SEC("usdt") int on_tick(void *ctx) { return 0; }`);
}

/** The definitions in bpf/usdt.bpf.h. */
export const USDT_SPECS = "__uint(type, 2); __type(key, int); __type(value, struct { char bytes[208]; });";
export const USDT_IPS = "__uint(type, 1); __type(key, long); __type(value, u32);";

const USDT_MAPS: readonly [title: string, specs: string, ips: string][] = [
  ["of larger values", "__uint(type, 2); __uint(key_size, 4); __uint(value_size, 16384);", USDT_IPS],
  ["of a larger type", "__uint(type, 2); __type(key, int); __type(value, u64[32]);", USDT_IPS],
  ["of values for each processor", "__uint(type, 6); __uint(key_size, 4); __uint(value_size, 208);", USDT_IPS],
  ["of descriptors", "__uint(type, 3); __uint(key_size, 4); __uint(value_size, 4);", USDT_IPS],
  ["of larger keys", USDT_SPECS, "__uint(type, 1); __uint(key_size, 512); __uint(value_size, 4);"],
  ["of larger numbers", USDT_SPECS, "__uint(type, 1); __type(key, long); __uint(value_size, 4096);"],
];

/** Compiles a program with a chain of `length` subprograms, each of which calls the next. */
export function compileChain(length: number): Uint8Array<ArrayBuffer> {
  const functions = Array.from(
    { length },
    (_, i) => `__attribute__((noinline)) int f${i}(int x) { return ${i === 0 ? "x" : `f${i - 1}(x)`} + ${i}; }`,
  );
  return compileSmall(
    `${functions.join("\n")} SEC("raw_tp/sys_enter") int last(int *ctx) { return f${length - 1}(1); }`,
  );
}

function edit(change: (object: ObjectEditor) => void): () => Uint8Array<ArrayBuffer> {
  return () => {
    const object = new ObjectEditor(compileObject("hostile"));
    change(object);
    return object.bytes;
  };
}

const D = 1n << 33n;

export const HOSTILE_OBJECTS: readonly HostileObject[] = [
  {
    title: "a program whose offset and size wrap",
    object: edit((object) => object.symbol("on_switch", { value: -D, size: D + 8n })),
    refusal: /^Cannot parse ELF symbols: the size or offset at byte \d+ is 18446744065119617024$/,
  },
  {
    title: "a program that begins after its section",
    object: edit((object) => object.symbol("on_switch", { value: 0x100000n })),
    refusal: /^Cannot parse ELF: function "on_switch" ends outside section "raw_tp\/sched_switch"$/,
  },
  {
    title: "a program that ends after its section",
    object: edit((object) => object.symbol("on_switch", { size: 184n })),
    refusal: /function "on_switch" ends outside section/,
  },
  {
    title: "a program that begins inside an instruction",
    object: edit((object) => object.symbol("last_half", { value: 4n, size: 8n })),
    refusal: /function "last_half" of section "raw_tp\/sched_wakeup_new" is not made of whole instructions/,
  },
  {
    title: "a program without instructions",
    object: edit((object) => object.symbol("last_half", { size: 0n })),
    refusal: /function "last_half" of section .* is not made of whole instructions/,
  },
  {
    title: "two programs of the same instructions",
    object: () =>
      new ObjectEditor(compileSmall(`
        SEC("raw_tp/sys_enter") int one(int *ctx) { return 1; }
        SEC("raw_tp/sys_enter") int two(int *ctx) { return 2; }`))
        .symbol("one", { size: 32n }).bytes,
    refusal: /functions of section "raw_tp\/sys_enter" overlap/,
  },
  {
    title: "two programs that share an instruction in a section with room for both",
    object: () =>
      new ObjectEditor(compileSmall(`
        SEC("raw_tp/sys_enter") int one(int *ctx) { return 1; }
        SEC("raw_tp/sys_enter") int two(int *ctx) { return 2; }`))
        .symbol("two", { value: 8n }).bytes,
    refusal: /functions of section "raw_tp\/sys_enter" overlap/,
  },
  {
    title: "a 64-bit load without its second half",
    object: edit((object) => object.symbol("last_half", { size: 8n })),
    refusal: /instruction 0 of function "last_half" lacks its second half/,
  },
  {
    title: "a 64-bit load with another one in its second half",
    object: edit((object) => object.code("raw_tp/sched_wakeup_new", 1, 0x18)),
    refusal: /instruction 0 of function "last_half" has another one in its second half/,
  },
  {
    title: "an instruction with two relocations",
    object: edit((object) => object.relocation(".relraw_tp/sched_switch", 1, { offset: 0x20n })),
    refusal: /section "raw_tp\/sched_switch" has two relocations at 32/,
  },
  {
    title: "an instruction with a relocation and a CO-RE relocation",
    object: edit((object) => object.relocation(".relraw_tp/sched_switch", 0, { offset: 0x68n })),
    refusal: /section "raw_tp\/sched_switch" has a relocation and a CO-RE relocation at 104/,
  },
  {
    title: "a CO-RE relocation inside an instruction",
    object: edit((object) => object.word(".BTF.ext", object.coreRelocation(), 0x6c)),
    refusal: /BTF\.ext relocations: relocation 0 is inside an instruction/,
  },
  {
    title: "4097 variables of the kernel",
    object: () =>
      compileSmall(`__asm__(".text\\n${Array.from({ length: 4097 }, (_, i) => `.globl e${i}`).join("\\n")}\\n");`),
    refusal: /4097 symbols in no section/,
  },
  {
    title: "a struct_ops variable whose offset wraps in 32 bits",
    object: edit((object) =>
      object.type(DATASEC, ".struct_ops", 2, 24).type(DATASEC, ".struct_ops", 4, 0xfffffff8)
        .type(DATASEC, ".struct_ops", 5, 0)
    ),
    refusal: /variable "congestion" ends outside section "\.struct_ops"/,
  },
  {
    title: "a struct_ops variable whose symbol is elsewhere",
    object: edit((object) => object.symbol("congestion", { value: 0xfffffff8n, size: 0n })),
    refusal: /variable "congestion" ends outside its section/,
  },
  {
    title: "a struct_ops variable larger than its section",
    object: edit((object) => object.type(STRUCT, "tcp_congestion_ops", 2, 4096)),
    refusal: /struct_ops "congestion" ends outside section "\.struct_ops"/,
  },
  {
    title: "a member that ends outside its struct_ops",
    object: edit((object) => object.type(STRUCT, "tcp_congestion_ops", 8, 8 * 0x100000)),
    refusal: /member "name" of struct_ops "congestion" ends outside it/,
  },
  {
    title: "a function pointer that ends outside its struct_ops",
    object: edit((object) => object.relocation(".rel.struct_ops", 0, { offset: 17n })),
    refusal: /a relocation at 17 is outside section "\.struct_ops"/,
  },
  {
    title: "a map of type struct_ops",
    object: () => compileSmall('struct { __uint(type, 26); __uint(max_entries, 1); } wrong SEC(".maps");'),
    refusal: /map "wrong" is a struct_ops, which belongs in section "\.struct_ops"/,
  },
  {
    title: "a relocation of a map past 4 GiB",
    object: edit((object) => object.relocation(".rel.maps", 0, { offset: -8n })),
    refusal: /a relocation of section "\.rel\.maps" is past 4 GiB/,
  },
  {
    title: "a relocation of a map outside the section",
    object: edit((object) => object.relocation(".rel.maps", 0, { offset: 4096n })),
    refusal: /a relocation at 4096 is outside section "\.maps"/,
  },
  {
    title: "a relocation that names no symbol",
    object: edit((object) => object.relocation(".rel.maps", 0, { symbol: 4096 })),
    refusal: /a relocation of section "\.maps" names symbol 4096/,
  },
  {
    title: "a typedef of itself",
    object: edit((object) => object.type(TYPEDEF, "chained", 2, object.typeId(TYPEDEF, "twice"))),
    refusal: /type \d+ is a loop of modifiers/,
  },
  {
    title: "a bit-field of no bytes",
    object: edit((object) => object.type(INT, "unsigned int", 2, 0)),
    refusal: /type \d+ is not an integer/,
  },
  {
    title: "a variable of .kconfig that contains itself",
    object: edit((object) => {
      const node = object.typeId(STRUCT, "node");
      object.type(VAR, "CONFIG_HZ", 2, node).type(STRUCT, "node", 4, node);
    }),
    refusal: /variable "CONFIG_HZ" in section "\.kconfig" is not an integer, enum or text/,
  },
  {
    title: "an entry of .kconfig that is not a variable",
    object: edit((object) => object.type(DATASEC, ".kconfig", 3, object.typeId(STRUCT, "node"))),
    refusal: /type \d+ in section "\.kconfig" is not a variable/,
  },
  {
    title: "a variable that ends outside its section",
    object: edit((object) => object.type(DATASEC, ".bss", 4, 0xfffffffc)),
    refusal: /variable "[a-z]+" ends outside section "\.bss"/,
  },
  {
    title: "a .bss of 4 GiB",
    object: edit((object) => object.header(".bss", "size", 0x100000000)),
    refusal: /section "\.bss" has 4294967296 bytes/,
  },
  {
    title: "two sections .maps",
    object: edit((object) => object.header(".data", "name", object.sectionName(".maps"))),
    refusal: /two sections "\.maps"/,
  },
  {
    title: "types that are no bytes of the file",
    object: edit((object) => object.header(".BTF", "type", 8)),
    refusal: /section "\.BTF" has type 8/,
  },
  {
    title: "types outside their section",
    object: edit((object) => object.word(".BTF", 12, 0xfffffffc)),
    refusal: /4294967292 bytes at 24 are outside its \d+ bytes/,
  },
  {
    title: "strings of types without an end",
    object: edit((object) => object.word(".BTF", 20, 4)),
    refusal: /its strings do not begin and end with a NUL/,
  },
  {
    title: "line records outside their section",
    object: edit((object) => object.word(".BTF.ext", 20, 0xfffffff0)),
    refusal: /4294967280 bytes at \d+ are outside its \d+ bytes/,
  },
  {
    title: "line records of no bytes",
    object: edit((object) => object.word(".BTF.ext", 32, 0)),
    refusal: /BTF\.ext function records: records of 0 bytes/,
  },
  {
    title: "an arena's variables without an arena",
    object: () =>
      compileSmall(`__attribute__((address_space(1))) int first SEC(".addr_space.1") = 7;
        SEC("raw_tp/sys_enter") int use(void *ctx) { return first; }`),
    refusal: /it has arena variables and no arena/,
  },
  {
    title: "an arena with variables whose pages cannot be written",
    object: () => compileArena("0", 1 << 17, true),
    refusal: /arena "arena" has variables, and BPF_F_SEGV_ON_FAULT/,
  },
  ...[1, 2, 3, 4, 5, 6, 7].map((register): HostileObject => ({
    title: `a load of kind ${register} with a number`,
    object: edit((object) => object.instruction("raw_tp/sched_switch", 9, { register, number: 5 })),
    refusal: new RegExp(`instruction 9 of function "on_switch" loads .*, with no symbol`),
  })),
  {
    title: "the descriptor of a map in a program that is not loaded automatically",
    object: edit((object) => object.instruction("?raw_tp/sched_wakeup", 4, { register: 1, number: 5 })),
    refusal: /instruction 4 of function "not_loaded" loads the descriptor of a map, with no symbol/,
  },
  {
    title: "the descriptor of a map in a subprogram",
    object: edit((object) => object.instruction(".text", 0, { register: 2, number: 5 })),
    refusal: /instruction 0 of function "subprogram" loads the descriptor of a map, with no symbol/,
  },
  {
    title: "a call of a function of the kernel by its number",
    object: edit((object) => object.instruction("raw_tp/sched_switch", 6, { register: 2, number: 5 })),
    refusal: /instruction 6 of function "on_switch" calls a function of the kernel by number/,
  },
  ...[15, 16].map((bit): HostileObject => ({
    title: `a map with flag 1 << ${bit}, which gives it a descriptor`,
    object: () =>
      compileSmall(`struct { __uint(type, 1); __uint(max_entries, 1); __type(key, u32); __type(value, u32);
        __uint(map_flags, 1 << ${bit}); } wrong SEC(".maps");`),
    refusal: /map "wrong" has a flag that gives it a descriptor of its loader/,
  })),
  ...USDT_MAPS.map(([title, specs, ips]): HostileObject => ({
    title: `a map that libbpf writes USDT records into, ${title}`,
    object: () => compileUsdt(specs, ips),
    refusal:
      /map "__bpf_usdt_\w+" differs from the one in bpf\/usdt\.bpf\.h: (array, key 4 B, value 208|hash, key 8 B, value 4) B/,
  })),
  {
    title: "a struct_ops with the name of a map that libbpf writes USDT records into",
    object: () =>
      compileSmall(`struct tcp_congestion_ops { char name[16]; };
        struct tcp_congestion_ops __bpf_usdt_specs SEC(".struct_ops") = { .name = "wrong" };`),
    refusal: /struct_ops "__bpf_usdt_specs" has the name of a map of bpf\/usdt\.bpf\.h/,
  },
  {
    title: "relocations of code in a section of another name",
    object: edit((object) => object.header(".relraw_tp/sched_switch", "name", object.sectionName("license"))),
    refusal: /section "license" relocates section "raw_tp\/sched_switch"/,
  },
  {
    title: "4097 functions in .text",
    object: () => manyFunctions(4097),
    refusal: /4097 functions in "\.text"/,
  },
];

function manyFunctions(count: number): Uint8Array<ArrayBuffer> {
  const text = Array.from(
    { length: count },
    (_, i) => `.globl f${i}\n.type f${i},@function\nf${i}:\nexit\n.size f${i}, 8\n`,
  );
  return compileSmall(`__asm__(${JSON.stringify(`.text\n${text.join("")}`)});`);
}
