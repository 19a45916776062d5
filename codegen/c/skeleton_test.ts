import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkForWasm, compileModule, compileObject, compileSource, outputOf } from "../../object/testdata/compile.ts";
import { parseObject } from "../../object/object.ts";
import { FormatError } from "../../errors/mod.ts";
import { objectName } from "./identifiers.ts";
import { genSkeleton } from "./skeleton.ts";
import { genTypes } from "./types.ts";

const SDK = new URL("../../wasm-include/c/", import.meta.url).pathname;

/** The user's own header, with the layout of the object's source. */
const HEADER = `
typedef unsigned int u32;
struct hist { u32 slots[26]; char comm[16]; };
struct record { int pid; long long start; unsigned long long address; };
`;

/** The used parts of a skeleton, in its order. */
function shapeOf(skeleton: string) {
  const all = (pattern: RegExp) => [...skeleton.matchAll(pattern)].map((match) => match[1]);
  const structs = [...skeleton.matchAll(/struct (\w+__\w+) \{([^}]*)\} \*(\w+);/g)].map((
    [, name, body = "", member],
  ) => ({
    name,
    member,
    fields: [...body.matchAll(/(\w+)(\[\d+\])*;/g)].map((match) => match[1]).filter((field) =>
      !/^__pad/.test(field ?? "")
    ),
  }));
  return {
    maps: all(/(?:\.|->)map = &obj->maps\.(\w+);/g),
    mapNames: all(/name = "([^"]+)";\s+(?:s->maps\[\d+\]\.|map->)map =/g),
    mapped: all(/(?:\.|->)mmaped = \(void \*\*\)&obj->(\w+);/g),
    programs: all(/(?:\.|->)prog = &obj->progs\.(\w+);/g),
    links: all(/(?:\.|->)link = &obj->links\.(\w+);/g),
    structs,
    functions: [...new Set(all(/^(?:.*\W)?(\w+_bpf__\w+)\([^)]*\)/gm))].filter((name) => !name?.endsWith("__assert"))
      .sort(),
    sizes: all(/_Static_assert\((sizeof\(s->.*?),/g),
  };
}

Deno.test("genSkeleton() gives the names and the order that bpftool gives", () => {
  const object = compileObject("sections");
  const expected = outputOf("bpftool", ["gen", "skeleton", "FILE", "name", "sections_bpf"], object);
  assertEquals(shapeOf(genSkeleton(object, { name: "sections_bpf" })), shapeOf(expected));
});

Deno.test("genSkeleton() puts every variable where bpftool puts it, each compiled for its own machine", () => {
  const object = compileObject("sections");
  const bpftool = outputOf("bpftool", ["gen", "skeleton", "FILE", "name", "x"], object);
  const own = genSkeleton(object, { name: "x" });
  const places = parseObject(object).dataSections.flatMap(({ name, variables }) =>
    variables.filter((variable) => !variable.static).map((variable) => {
      const section = `((struct x *)0)->${name.slice(1).replaceAll(".", "_")}`;
      return `_Static_assert(offsetof(__typeof__(*${section}), ${variable.name}) == ${variable.offset}, "offset");
              _Static_assert(sizeof(${section}->${variable.name}) == ${variable.sizeBytes}, "size");`;
    })
  );
  assertEquals(places.length, 13);
  const source = (skeleton: string) => {
    const body = /^struct x \{[^]*?(?=#ifdef __cplusplus)/m.exec(skeleton)?.[0];
    return `#include <stdbool.h>\n#include <stddef.h>\ntypedef unsigned long long u64; typedef unsigned char u8;\n${HEADER}
            ${body} };\n${places.join("\n")}`;
  };
  checkForWasm(source(own));
  // bpftool's skeletons are for the kernel's data model.
  checkForWasm(source(bpftool), ["--target=x86_64-linux-gnu"]);
});

Deno.test("genSkeleton() names .kconfig and odd sections as bpftool does", () => {
  const object = compileSource(`
    extern int LINUX_KERNEL_VERSION __attribute__((section(".kconfig")));
    int seen __attribute__((section(".data.a.b-c")));
    int f(void) { return LINUX_KERNEL_VERSION + seen; }`);
  const expected = outputOf("bpftool", ["gen", "skeleton", "FILE", "name", "a_long_object_name"], object);
  const { maps, mapNames, structs } = shapeOf(genSkeleton(object, { name: "a_long_object_name" }));
  const reference = shapeOf(expected);
  assertEquals({ maps, mapNames, structs }, {
    maps: reference.maps,
    mapNames: reference.mapNames,
    structs: reference.structs,
  });
  assertEquals(mapNames.at(-1), "a_long_.kconfig");
});

Deno.test("genSkeleton() has no struct for a section of static variables: libbpf does not map it", () => {
  const object = compileSource("static volatile int hidden; int f(void) { return ++hidden; }");
  const { maps, mapped, structs } = shapeOf(genSkeleton(object, { name: "x" }));
  assertEquals({ maps, mapped, structs }, { maps: ["bss"], mapped: [], structs: [] });
});

Deno.test("genSkeleton() has no member for hidden variables, because libbpf shares none", () => {
  const object = compileSource(`
    #define HIDDEN __attribute__((visibility("hidden")))
    struct lock { int v; } lock HIDDEN __attribute__((section(".data.A")));
    int shown, secret HIDDEN;
    int f(void) { return lock.v + shown + secret; }`);
  const skeleton = genSkeleton(object, { name: "x_bpf" });
  const { maps, mapped, structs } = shapeOf(skeleton);
  assertEquals({ maps, mapped, fields: structs.map(({ fields }) => fields) }, {
    maps: ["data_A", "bss"],
    mapped: ["bss"],
    fields: [["shown"]],
  });
  // The guest does not define "struct lock".
  checkForWasm(`#include "libbpf-wasm.h"\n${skeleton}`, ["-Wno-unused-function", "-I", SDK]);
});

Deno.test("genSkeleton() packs the struct of a section whose variables lie closer than their alignment allows", () => {
  const object = compileSource(`
    union addr { unsigned char bytes[16]; struct { long long hi, lo; } words; } __attribute__((packed));
    const volatile int first = 1;
    const volatile union addr second = { .bytes = { 1 } };
    int f(void) { return first + second.bytes[0]; }`);
  const types = genTypes(object, { name: "x" });
  const skeleton = genSkeleton(object, { name: "x" });
  assertStringIncludes(skeleton, "_Static_assert(offsetof(__typeof__(*s->rodata), second) == 4,");
  assertStringIncludes(skeleton, "    } __attribute__((packed)) *rodata;");
  checkForWasm(`#include "libbpf-wasm.h"\n${types}\n${skeleton}`, ["-Wno-unused-function", "-I", SDK]);
});

for (const [language, options] of [["C", []], ["C++", ["-x", "c++", "-fno-exceptions"]]] as const) {
  Deno.test(`genSkeleton() makes a header for wasm32 guests in ${language}`, () => {
    const skeleton = genSkeleton(compileObject("sections"), { name: "sections_bpf" });
    checkForWasm(
      `#include "libbpf-wasm.h"
       ${HEADER}
       ${skeleton}
       int main(void) {
         struct sections_bpf *skel = sections_bpf__open();
         if (!skel) return 1;
         skel->rodata->min_duration_ns = 5;
         skel->rodata->verbose = true;
         skel->data_custom->custom = 3;
         struct hist *totals = &skel->bss->totals;
         totals->slots[0] = 1;
         bpf_program__set_autoload(skel->progs.on_packet, false);
         int err = sections_bpf__load(skel);
         if (!err) err = sections_bpf__attach(skel);
         if (!err) err = bpf_map__fd(skel->maps.events) < 0 || !skel->links.on_switch;
         sections_bpf__detach(skel);
         sections_bpf__destroy(skel);
         return err;
       }`,
      ["-Wextra", "-Wno-unused-function", "-I", SDK, ...options],
    );
  });
}

Deno.test("genSkeleton() stops a guest whose structs do not have the kernel's layout", () => {
  const skeleton = genSkeleton(compileObject("sections"), { name: "sections_bpf" });
  const header = HEADER.replace("long long start", "long start");
  const error = assertThrows(
    () => checkForWasm(`#include "libbpf-wasm.h"\n${header}\n${skeleton}`, ["-I", SDK]),
    Error,
  );
  assertStringIncludes(error.message, "size of start in struct record is not the kernel's");
  assertStringIncludes(skeleton, "_Static_assert(offsetof(struct record, start) == 8,");
  // A layout that is the same for all compilers needs no assertion.
  assertEquals(skeleton.includes("offsetof(struct hist"), false);
});

Deno.test("genSkeleton() contains the object's exact bytes", () => {
  // Every byte follows every other kind of byte, because an escape must not include the next byte.
  const object = compileObject("sections");
  const bytes = new Uint8Array(object.length + 70_000);
  bytes.set(object);
  for (let i = object.length; i < bytes.length; i++) bytes[i] = (i * 7 + (i >> 8)) & 0xff;
  const skeleton = genSkeleton(bytes, { name: "x" });
  const literal = skeleton.slice(skeleton.indexOf("data[]"), skeleton.indexOf("*sz = sizeof"));
  const module = compileModule(`
    ${literal.replace("data[]", "const char data[]")}
    int size(void) { return sizeof(data) - 1; }
    const char *start(void) { return data; }`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const { memory, size, start } = exports;
  assert(memory instanceof WebAssembly.Memory && typeof size === "function" && typeof start === "function");
  assertEquals(size(), bytes.length);
  assertEquals(new Uint8Array(memory.buffer, start(), size()), bytes);
});

Deno.test("genSkeleton() refuses an object that no guest can load", () => {
  const bytes = new Uint8Array((256 << 20) + 1);
  assertThrows(() => genSkeleton(bytes, { name: "x" }), FormatError, "it has 268435457 bytes");
});

Deno.test("genSkeleton() never writes a name from the file as code", () => {
  const object = compileSource(
    `__attribute__((section("xdp"))) int f(void) asm("x; } evil"); int f(void) { return 0; }`,
  );
  assertThrows(() => genSkeleton(object, { name: "x" }), FormatError, '"x; } evil" cannot be a name in C');
});

Deno.test("objectName() is bpftool's", () => {
  assertEquals(objectName("runqlat.bpf.o"), "runqlat_bpf");
  assertEquals(objectName("/a.b/my-tool.o"), "my_tool");
  assertEquals(objectName("plain"), "plain");
});
