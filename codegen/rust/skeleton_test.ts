import { assertEquals, assertStringIncludes } from "@std/assert";
import { compileSource } from "../../object/testdata/compile.ts";
import { modelOf } from "../object_model.ts";
import { rustSkeleton, rustTypes } from "./skeleton.ts";
import { byteLiteral } from "./text.ts";

const OBJECT = compileSource(Deno.readTextFileSync(new URL("../testdata/types.bpf.c", import.meta.url)));
const TYPES = rustTypes(modelOf(OBJECT, { name: "types" }));

Deno.test("rustTypes() writes a struct with its gaps and its size", () => {
  assertStringIncludes(
    TYPES,
    `/// \`struct gaps\`: 24 bytes
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct gaps {
    pub tag: u8, // offset 0
    #[doc(hidden)]
    pub _pad1: [u8; 7], // offset 1
    pub value: u64, // offset 8
    pub last: u16, // offset 16
    #[doc(hidden)]
    pub _pad18: [u8; 6], // offset 18
}
`,
  );
  assertStringIncludes(TYPES, "const _: () = assert!(core::mem::size_of::<gaps>() == 24);");
});

Deno.test("rustTypes() writes packed structs, unions and enums", () => {
  assertStringIncludes(TYPES, "#[repr(C, packed)]\n#[derive(Clone, Copy)]\npub struct tight {");
  assertStringIncludes(TYPES, "#[repr(C)]\n#[derive(Clone, Copy)]\npub union number {");
  assertStringIncludes(TYPES, "pub struct color(pub i32);");
  assertStringIncludes(TYPES, "    pub const WIDE: wide = wide(81985529216486895);");
});

Deno.test("rustTypes() appends _ to a name that Rust reserves", () => {
  assertStringIncludes(TYPES, "pub type_: i32, // offset ");
});

Deno.test("rustSkeleton() has typed maps, per name", () => {
  const skeleton = rustSkeleton(modelOf(OBJECT, { name: "types_bpf" }), OBJECT);
  assertStringIncludes(
    skeleton,
    "pub fn events(&self) -> wasm_bpf::Result<wasm_bpf::Map<'o, types::gaps, types::event>> {",
  );
  assertStringIncludes(skeleton, "pub struct OpenTypesSkel {");
});

Deno.test("rustTypes() writes an array of char as text", () => {
  assertStringIncludes(TYPES, "    pub comm: Text<16>, // offset ");
});

Deno.test("rustSkeleton() has the kernel's configuration, a link for each program, and descriptors as values of maps", () => {
  const object = compileSource(`
    #define SEC(name) __attribute__((section(name), used))
    extern int LINUX_KERNEL_VERSION __attribute__((section(".kconfig")));
    struct inner { int (*type)[2]; int (*max_entries)[1]; int (*key_size)[4]; int (*value_size)[4]; };
    struct { int (*type)[12]; int (*max_entries)[1]; int (*key_size)[4]; struct inner *values[]; } outer SEC(".maps");
    struct { int (*type)[3]; int (*max_entries)[1]; int (*key_size)[4]; int (*value_size)[4]; } progs SEC(".maps");
    SEC("raw_tp/sys_enter") int on_enter(void *ctx) { return LINUX_KERNEL_VERSION + !&outer + !&progs; }
  `);
  const skeleton = rustSkeleton(modelOf(object, { name: "tool_bpf" }), object);
  assertStringIncludes(skeleton, "    pub kconfig: wasm_bpf::Constants<types::tool_bpf_kconfig>,");
  assertStringIncludes(skeleton, '            kconfig: object.constants("tool_bp.kconfig")?,');
  assertStringIncludes(skeleton, "    pub on_enter: Option<wasm_bpf::Link>,");
  assertStringIncludes(skeleton, "pub fn outer(&self) -> wasm_bpf::Result<wasm_bpf::Map<'o, u32, i32>> {");
  assertStringIncludes(skeleton, "pub fn progs(&self) -> wasm_bpf::Result<wasm_bpf::Map<'o, u32, i32>> {");
});

Deno.test("byteLiteral() escapes quotes, backslashes, bytes outside ASCII, and a space at the beginning of a line", () => {
  assertEquals(byteLiteral(new TextEncoder().encode('a"\\\n')), 'b"\\\n    a\\"\\\\\\x0a"');
  const line = byteLiteral(new Uint8Array(33).fill(0x20)).split("\n");
  assertEquals(line[1], `    \\x20${" ".repeat(31)}\\`);
  assertEquals(line[2], '    \\x20"');
});
