/** Loads an object with a generated class in TypeScript, and compares the values that its BPF program wrote. */

import { assertEquals } from "@std/assert";
import { modelOf } from "../../codegen/object_model.ts";
import { typesObject } from "../../codegen/testdata/golden.ts";
import { runDeno } from "../../codegen/testdata/run_deno.ts";
import { typescriptSkeleton } from "../../codegen/typescript/skeleton.ts";
import { compileSource } from "../../object/testdata/compile.ts";

/** Begins each program, which prints a line of JSON for each result. */
const PRELUDE = `
import { BpfError, codecs, openLibbpf, TypedMap } from "@wasm-bpf/wasm-bpf";
import { Color, type Event, TypesSkel, Wide } from "./skeleton.ts";

/** 64-bit numbers become texts. */
const json = (value: unknown) =>
  JSON.stringify(value, (_, one) => typeof one === "bigint" ? \`\${one}n\` : one instanceof Uint8Array ? [...one] : one);
const print = (value: unknown) => console.log(json(value));

using libbpf = openLibbpf();
using skel = TypesSkel.open(libbpf);
`;

async function linesOf(program: string): Promise<unknown[]> {
  const object = typesObject();
  const skeleton = typescriptSkeleton(modelOf(object, { name: "types" }), object);
  const files = { "main.ts": `${PRELUDE}${program}`, "skeleton.ts": skeleton };
  return (await runDeno("run", files)).trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("a generated class sets constants before load, and reads the variables that the BPF program wrote", async () => {
  const [before, after, last, odd, numbers] = await linesOf(`
print(skel.rodata.get());
skel.rodata.set({ limit: 7, prefix: "A" });
skel.load();
skel.attach();
while (skel.bss.get().runs === 0n) Deno.statSync("/");
print(skel.rodata.get());
const { last, oddOne, text, raw } = skel.bss.get();
print(last);
print(oddOne);
print([last.number.real, last.number.word, last._200.nanoseconds, oddOne.bits.signedPart, oddOne._448.named._4.inner, text, raw]);
`);
  assertEquals(before, { limit: 5, prefix: "x", lowest: "-9223372036854775808n" });
  assertEquals(after, { limit: 7, prefix: "A", lowest: "-9223372036854775808n" });
  const empty = { tag: 0, value: "0n", last: 0 };
  assertEquals(last, {
    pid: 7 + 65,
    count: "-5n",
    address: "18446612682375452280n",
    comm: "sixteen chars...",
    color: -1,
    wide: "81985529216486895n",
    isExit: true,
    number: { storage: [0, 0, 128, 63] },
    peer: { port: 443, host: 4294967294 },
    list: [empty, empty, { ...empty, value: "18364758544493064720n" }],
    flags: { after: 255, low: 5, middle: 2748, negative: -3, high: "78187493520n" },
    tight: { tag: 0, value: "9223372036854775808n", inner: { ...empty, last: 65535 } },
    _200: { storage: [77, 0, 0, 0, 0, 0, 0, 0] },
    matrix: [[0, 0, 0], [0, 0, 9]],
    type: -2147483648,
  });
  const zeros = Array(16).fill(0);
  assertEquals(odd, {
    first: 0,
    huge: zeros,
    huges: [zeros, zeros],
    real: 0,
    reals: [0, 0.5],
    function: "0n",
    counter: 0,
    chain: 0,
    chains: [0, 0],
    grid: [[0, 0, 0], [0, 0, 12]],
    pairs: [[empty, empty], [empty, { ...empty, tag: 13 }]],
    lines: ["", "z"],
    raw: [0, 0, 0, 0],
    small: -128,
    unnamed: { half: 0, tagged: 14 },
    deep: "-9223372036854775808n",
    alone: 0,
    line: { word: 15 },
    sixteen: [{ byte: 0 }, { byte: 16 }],
    packed: { kind: 5, wide: 10940, cross: 11259375, rest: "654820258320n", minus: -33 },
    bits: { storage: [254, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    _448: { storage: [0, 0, 0, 0, 17, 0, 0, 0] },
    next: "0n",
  });
  assertEquals(numbers, [1, 0x3f800000, "77n", "-2n", 17, "ok", [0, 0, 0, 3]]);
});

Deno.test("a generated class has typed maps: keys with gaps, structs, and a value for each CPU", async () => {
  const lines = await linesOf(`
skel.load();
const key = { tag: 1, value: 2n ** 64n - 1n, last: 3 };
const event: Event = { ...skel.bss.get().last, pid: -1, comm: "grün", color: Color.GREEN, wide: Wide.WIDE };
event.number.real = 0.5;
event.flags.negative = -16;
skel.maps.events.update(key, event);
print(json(skel.maps.events.lookup(key)) === json(event));
print([...skel.maps.events].map(([key, { pid, comm, color, wide, number, flags }]) => [key, pid, comm, color, wide, number.real, flags.negative]));
print([skel.maps.events.lookup({ ...key, last: 4 }) ?? null, skel.maps.events.delete(key), skel.maps.events.delete(key)]);
print([...skel.maps.events.keys()]);
const counts = skel.maps.counts.lookup(0) ?? [];
skel.maps.counts.update(0, counts.map((_, cpu) => BigInt(cpu) + 1n));
print(skel.maps.counts.lookup(0)?.length === libbpf.possibleCpus && skel.maps.counts.lookup(0)?.every((n, cpu) => n === BigInt(cpu) + 1n));
skel.data.set({ total: 9n });
print(skel.data.get());
try {
  skel.rodata.set({ limit: 1 });
} catch (error) {
  print(error instanceof BpfError && error.code);
}
print([skel.progs.run.name, skel.progs.run.sectionName]);
try {
  new TypedMap(skel.maps.counts.map, { key: codecs.u32, value: codecs.u64 });
} catch (error) {
  print(error instanceof RangeError && error.message.replace(/ and \\d+ bytes/, ""));
}
`);
  const key = { tag: 1, value: "18446744073709551615n", last: 3 };
  assertEquals(lines, [
    true,
    [[key, -1, "grün", 7, "81985529216486895n", 0.5, -16]],
    [null, true, false],
    [],
    true,
    { total: "9n" },
    "EPERM",
    ["run", "raw_tp/sys_enter"],
    'Cannot use map "counts": its keys and values have 4, not 4 and 8',
  ]);
});

Deno.test("a generated class reads the kernel's configuration after load, and cannot change it", async () => {
  const object = compileSource(`
    #define KCONFIG __attribute__((section(".kconfig")))
    extern int LINUX_KERNEL_VERSION KCONFIG;
    extern int CONFIG_NO_SUCH_OPTION KCONFIG __attribute__((weak));
    __attribute__((section("raw_tp/sys_enter"), used)) int f(void *c) { return LINUX_KERNEL_VERSION + CONFIG_NO_SUCH_OPTION; }
    char LICENSE[] __attribute__((section("license"), used)) = "GPL";`);
  const program = `
import { BpfError, openLibbpf } from "@wasm-bpf/wasm-bpf";
import { XSkel } from "./skeleton.ts";
using libbpf = openLibbpf();
using skel = XSkel.open(libbpf);
skel.load();
const { LINUX_KERNEL_VERSION: version, ...others } = skel.kconfig.get();
console.log(JSON.stringify([\`\${version >> 16}.\${version >> 8 & 0xff}\`, others]));
try {
  skel.kconfig.set({ CONFIG_NO_SUCH_OPTION: 1 });
} catch (error) {
  console.log(JSON.stringify(error instanceof BpfError && error.code));
}`;
  const skeleton = typescriptSkeleton(modelOf(object, { name: "x" }), object);
  const output = await runDeno("run", { "main.ts": program, "skeleton.ts": skeleton });
  const version = /^\d+\.\d+/.exec(Deno.osRelease())?.[0];
  assertEquals(output.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    [version, { CONFIG_NO_SUCH_OPTION: 0 }],
    "EPERM",
  ]);
});
