import { assert, assertEquals, assertThrows } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import { LAYOUTS, Struct } from "./layouts.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Fields whose C names are other expressions: `size` is taken, and bit fields have no offset. */
const C_NAMES: Readonly<Record<string, string>> = {
  "perf_event_attr.size_field": "offsetof(struct perf_event_attr, size)",
  "perf_event_attr.flags": "offsetof(struct perf_event_attr, read_format) + sizeof(__u64)",
};

/** Runs a C program that prints numbers, one for each expression. */
async function evaluate(expressions: readonly string[]): Promise<number[]> {
  const directory = await Deno.makeTempDir();
  try {
    const headers = ["stddef.h", "stdio.h", "bpf/libbpf.h", "bpf/bpf.h", "linux/perf_event.h", "linux/if_packet.h"];
    const source = `${headers.map((name) => `#include <${name}>`).join("\n")}
int main(void) { ${expressions.map((one) => `printf("%ld\\n", (long)(${one}));`).join("\n")} return 0; }`;
    await Deno.writeTextFile(`${directory}/probe.c`, source);
    const args = [`-I${ROOT}.build/include`, "-Werror", `${directory}/probe.c`, "-o", `${directory}/probe`];
    const compiled = await new Deno.Command(llvmTool("clang"), { args }).output();
    if (!compiled.success) throw new Error(new TextDecoder().decode(compiled.stderr));
    const { stdout } = await new Deno.Command(`${directory}/probe`).output();
    return new TextDecoder().decode(stdout).trim().split("\n").map(Number);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("LAYOUTS has every field where C has it", async () => {
  const places = Object.entries(LAYOUTS).flatMap(([struct, fields]) =>
    Object.entries(fields).filter(([field]) => field !== "size").map(([field, offset]) => ({ struct, field, offset }))
  );
  const offsets = await evaluate(
    places.map(({ struct, field }) => C_NAMES[`${struct}.${field}`] ?? `offsetof(struct ${struct}, ${field})`),
  );
  assertEquals(
    places.map(({ struct, field }, index) => `${struct}.${field}: ${offsets[index]}`),
    places.map(({ struct, field, offset }) => `${struct}.${field}: ${offset}`),
  );
});

Deno.test("LAYOUTS says no struct to be larger than it is, and ends none within a field", async () => {
  const structs = Object.entries(LAYOUTS);
  const sizes = await evaluate(structs.map(([struct]) => `sizeof(struct ${struct})`));
  for (const [index, [struct, { size, ...fields }]] of structs.entries()) {
    const last = Math.max(...Object.values<number>(fields));
    assert(size > last && size <= (sizes[index] ?? 0), `${struct}: ${size}, of ${sizes[index]}`);
  }
});

Deno.test("Struct fills in sz, numbers and strings", () => {
  const uprobe = new Struct("bpf_uprobe_opts").u64("bpf_cookie", 2 ** 40).u8("retprobe", 1).string("func_name", "main");
  const view = new DataView(uprobe.bytes.buffer);
  assertEquals([view.getBigUint64(0, true), view.getBigUint64(16, true), view.getUint8(24)], [40n, 1n << 40n, 1]);
  const name = Deno.UnsafePointer.create(view.getBigUint64(32, true));
  assert(name !== null);
  assertEquals(Deno.UnsafePointerView.getCString(name), "main");
  assertEquals(new Struct("bpf_uprobe_opts").string("func_name", undefined).bytes.subarray(32), new Uint8Array(8));

  const place = new Struct("sockaddr_ll").u16("sll_family", 17).u16("sll_protocol", 3, { littleEndian: false });
  assertEquals([...place.bytes.subarray(0, 4)], [17, 0, 0, 3]);
  assertEquals([...new Struct("bpf_netfilter_opts").i32("priority", -1).bytes.subarray(16, 20)], [255, 255, 255, 255]);
});

Deno.test("Struct refuses a string with a NUL inside", () => {
  assertThrows(() => new Struct("bpf_uprobe_opts").string("func_name", "a\0b"), TypeError);
});
