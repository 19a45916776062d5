import { assert, assertEquals } from "@std/assert";
import { CHECKOUT, evaluate, macros, type Source } from "../headers/clang.ts";
import { type Declarations, readDeclarations } from "../headers/declarations.ts";

/** The headers for guests that have names of the kernel's headers. */
const HEADERS = Array.from(Deno.readDirSync(new URL("wasm-include/c/linux/", CHECKOUT)), ({ name }) => `linux/${name}`)
  .sort();

const GUEST: Source = {
  code: HEADERS.map((header) => `#include <${header}>\n`).join(""),
  options: ["--target=wasm32-wasi", "-Iwasm-include/c"],
};

/** The pinned libbpf's `linux/bpf.h`, and this machine's headers. */
const KERNEL: Source = { code: GUEST.code, options: ["-I.build/include"] };

Deno.test("the enums of the headers for guests have the kernel's values", async () => {
  const [guests, kernels] = await Promise.all([readDeclarations(GUEST), readDeclarations(KERNEL)]);
  const known = kernels.allEnumerators();
  const shared = [...guests.allEnumerators()].filter(([name]) => known.has(name) && !name.startsWith("__MAX"));
  assert(shared.length > 150, `${shared.length} names`);
  assertEquals(shared, shared.map(([name]) => [name, known.get(name)]));
});

Deno.test("the macros of the headers for guests have the kernel's values", async () => {
  const [guests, kernels] = await Promise.all([macros(GUEST), macros(KERNEL)]);
  // Other macros come from wasi-libc.
  const prefixes = ["ETH_", "ICMP_", "TC_ACT_", "XDP_FLAGS_"];
  const names = [...guests.keys()].filter((name) => kernels.has(name) && prefixes.some((one) => name.startsWith(one)));
  assert(names.length > 30, `${names.length} names`);
  const values = async (source: Source) => (await evaluate(source, names)).map((value, index) => [names[index], value]);
  assertEquals(await values(GUEST), await values(KERNEL));
});

/** The offsets of the fields that both have, by struct. */
async function offsets(
  declarations: Declarations,
  other: Declarations,
): Promise<Record<string, Record<string, number>>> {
  // Other structs, with pointers and longs, come from wasi-libc.
  const structs = declarations.structNames().filter((name) =>
    other.isComplete(name) && (name.startsWith("bpf_") || name.endsWith("hdr") && name !== "msghdr")
  );
  const layouts = await declarations.layouts(structs);
  const all: Record<string, Record<string, number>> = {};
  for (const [struct, { size, fields }] of layouts) {
    const names = new Set(other.fields(struct).map(({ name }) => name));
    const shared = [...fields].filter(([name]) => names.has(name)).map(([name, { offset }]) => [name, offset] as const);
    all[struct] = { ...Object.fromEntries(shared), sizeof: size };
  }
  return all;
}

Deno.test("the structs of the headers for guests have the kernel's layouts", async () => {
  const [guests, kernels] = await Promise.all([readDeclarations(GUEST), readDeclarations(KERNEL)]);
  const ours = await offsets(guests, kernels);
  assert(Object.keys(ours).length > 10, Object.keys(ours).join());
  assertEquals(ours, await offsets(kernels, guests));
});
