import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checkForWasm, compileSource } from "../../object/testdata/compile.ts";
import { genSkeleton } from "./skeleton.ts";
import { genTypes } from "./types.ts";
import { SDK_NAMES } from "./sdk_names.ts";
import { readSdkHeaders } from "../testdata/sdk_headers.ts";

const SDK = new URL("../../wasm-include/c/", import.meta.url).pathname;

Deno.test("SDK_NAMES has the names that the headers for guests define", () => {
  const headers = Object.entries(readSdkHeaders());
  const expected = headers.flatMap(([header, { tags, constants }]) =>
    [...tags, ...constants].map((name) => [name, header] as const)
  );
  assert(expected.some(([name]) => name === "enum bpf_map_type"));
  // codegen/testdata/sdk_headers.ts prints the correct rows.
  assertEquals(Object.fromEntries(SDK_NAMES), Object.fromEntries(expected));
});

/** Kernel types of the SDK, one with a constant that the SDK lacks, and one whose name libbpf uses for another type. */
const SOURCE = `
  enum bpf_map_type { BPF_MAP_TYPE_UNSPEC, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, __MAX_BPF_MAP_TYPE } seen;
  enum bpf_cmd { BPF_MAP_CREATE, BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM } last;
  enum { BPF_ANY, BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK = 4 } flags;
  struct bpf_map { int id; } map;
  struct ethhdr { unsigned char h_dest[6], h_source[6]; unsigned short h_proto; } __attribute__((packed)) header;
  struct record { enum bpf_cmd command; struct bpf_map map; struct ethhdr header; } record;`;

Deno.test("genTypes() makes a header that compiles together with the SDK's, in any order", () => {
  const object = compileSource(SOURCE);
  const types = genTypes(object, { name: "x", all: true });
  const use = `
    struct record r = { (enum bpf_cmd)BPF_MAP_CREATE, { 1 }, { { 1 }, { 2 }, 8 } };
    enum bpf_map_type t = BPF_MAP_TYPE_ARRAY;
    int main(void) { return (int)r.command + (int)t + BPF_NOEXIST; }`;
  const sdk = '#include "libbpf-wasm.h"\n#include <linux/if_ether.h>';
  for (const options of [[], ["-x", "c++", "-fno-exceptions"]]) {
    for (const headers of [[types], [sdk, types], [types, sdk]]) {
      checkForWasm([...headers, use].join("\n"), ["-I", SDK, ...options]);
    }
  }
  assertStringIncludes(types, "struct bpf_map___2 {");
  assertStringIncludes(types, '_Static_assert(BPF_MAP_LOOKUP_ELEM == 1, "value of BPF_MAP_LOOKUP_ELEM");');
});

Deno.test("genTypes() and genSkeleton() of variables of the SDK's types go together", () => {
  const object = compileSource(`
    enum bpf_map_type { BPF_MAP_TYPE_UNSPEC, BPF_MAP_TYPE_HASH } seen;
    struct timespec { long tv_sec, tv_nsec; } when;
    struct in6_addr { union { unsigned char u6_addr8[16]; unsigned u6_addr32[4]; } in6_u; } address;
    struct pair { struct timespec from, to; } pair;`);
  const skeleton = genSkeleton(object, { name: "x" });
  const types = genTypes(object, { name: "x" });
  const include = "#include <netinet/in.h>\n#include <time.h>";
  for (const headers of [[types], [include, types], [types, include]]) {
    checkForWasm([...headers, skeleton].join("\n"), ["-Wno-unused-function", "-I", SDK]);
  }
});
