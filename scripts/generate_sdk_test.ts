import { assertEquals, assertStringIncludes } from "@std/assert";
import { offeredLines } from "../host/libbpf/functions.ts";
import { sdkFiles } from "./generate_sdk.ts";

const { imports, stubs } = await sdkFiles();

Deno.test("the SDK declares imports as the host offers them", () => {
  const declared = (text: string) => assertStringIncludes(imports, `\n${text}\n`);
  declared("int raw_bpf_map__fd(const struct bpf_map *map);");
  declared("int raw_bpf_map__name(const struct bpf_map *map, char *buf, size_t size);");
  declared("long raw_bpf_object__find_map_by_name(const struct bpf_object *obj, const char *name);");
  declared("int raw_ring_buffer__poll(struct ring_buffer *rb, int timeout_ms, void *buffer, size_t size);");
  declared("int raw_libbpf_set_print(void (*print)(int, const char *), void *buffer, size_t size);");
  assertEquals(imports.split("import_bpf_map_mmap(").length, 2);
});

Deno.test("the SDK has a function for each import without C of its own", () => {
  const written = offeredLines().filter(([, { guest }]) => guest !== "sdk").map(([name]) => name);
  assertEquals(written.filter((name) => !stubs.includes(` ${name}(`) && !stubs.includes(`*${name}(`)), []);
  const own = offeredLines().filter(([, { guest }]) => guest === "sdk").map(([name]) => name);
  assertEquals(own.filter((name) => stubs.includes(` ${name}(`) || stubs.includes(`*${name}(`)), []);
});

Deno.test("the SDK's functions set errno for results that can be errors", () => {
  assertStringIncludes(stubs, "    return libbpf_guest_int(import_bpf_map__fd(map));\n");
  assertStringIncludes(stubs, "    return libbpf_guest_pointer(import_bpf_object__next_map(obj, map));\n");
  assertStringIncludes(stubs, "    return libbpf_guest_string(import_bpf_map__name, map);\n");
  assertStringIncludes(stubs, "    return import_bpf_map__key_size(map);\n");
  assertStringIncludes(stubs, "    import_bpf_link__disconnect(link);\n");
});
