import { assert } from "@std/assert";
import { parseObject } from "../object/object.ts";
import { checkForWasm, compileObject } from "../object/testdata/compile.ts";
import { damage, Random, soreSpots } from "../object/testdata/damage.ts";
import { parsePolicy } from "../host/core/policy/parse_policy.ts";
import { inspectBytes } from "./inspection.ts";
import { leastPolicy } from "./least_policy/least_policy.ts";
import { FormatError } from "../errors/mod.ts";
import { genSkeleton, genSkeletonIn, genTypes, isLanguage, LANGUAGES } from "../codegen/mod.ts";

const SDK = new URL("../wasm-include/c/", import.meta.url).pathname;

/** The number of damaged files for each object. */
const RUNS = 400;

/** Far more than any run needs. A run that takes longer is in an endless loop. */
const MAX_RUN_MS = 2000;

/** True for errors that a file may cause: it is damaged, or has no content left to write. */
function isExpected(error: unknown): boolean {
  return error instanceof FormatError ||
    (error instanceof RangeError && error.message.startsWith("Cannot generate types: no map or variable"));
}

const WRITERS = LANGUAGES.filter(isLanguage);

/** Runs all readers of files on `bytes`, and the writer of one language, by the number of the run. @throws unexpected errors. */
function useAll(bytes: Uint8Array<ArrayBuffer>, run: number): void {
  const language = WRITERS[run % WRITERS.length];
  const tries = [
    () => language !== undefined && genSkeletonIn(language, bytes, { name: "x", all: true }),
    () => genSkeleton(bytes, { name: "x" }),
    () => genTypes(bytes, { name: "x", all: true }),
    () => JSON.stringify(inspectBytes(bytes)),
    () => parsePolicy(leastPolicy(bytes, () => undefined)),
    () => layOutAll(bytes),
  ];
  for (const attempt of tries) {
    try {
      attempt();
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  }
}

function layOutAll(bytes: Uint8Array): void {
  const { layouts, dataSections } = parseObject(bytes);
  for (const { variables } of dataSections) {
    for (const { type } of variables) layouts?.of(type);
  }
}

for (const name of ["sections", "layouts", "kernel_types", "odd_sections", "uses"]) {
  Deno.test(`damaged copies of ${name}.bpf.c's object give a FormatError or a result, and soon`, () => {
    const object = compileObject(name);
    const random = new Random(7);
    const targets = soreSpots(object);
    for (let run = 0; run < RUNS; run++) {
      const { from, to } = targets[run % targets.length] ?? { from: 0, to: object.length };
      const damaged = damage(object, from, to, random);
      const before = performance.now();
      try {
        useAll(damaged, run);
      } catch (error) {
        throw new Error(`run ${run}`, { cause: error });
      }
      const tookMs = performance.now() - before;
      assert(tookMs < MAX_RUN_MS, `run ${run} took ${tookMs} ms`);
    }
  });
}

Deno.test("source code from damaged types compiles as C and C++", () => {
  const object = compileObject("odd_sections");
  const btf = parseObject(object).elf.sections.find(({ name }) => name === ".BTF");
  assert(btf !== undefined);
  const random = new Random(3);
  let compiled = 0;
  for (let run = 0; compiled < 40; run++) {
    assert(run < RUNS, "too few copies are of any use");
    const damaged = object.slice();
    // Only one word of a type is changed, since more damage seldom leaves anything to compile.
    const at = btf.offset + 24 + random.below(btf.sizeBytes - 32);
    new DataView(damaged.buffer).setUint32(at & ~3, random.below(60), true);
    let source: string;
    try {
      const types = genTypes(damaged, { name: "x", all: true });
      source = `${types}\n${genSkeleton(damaged, { name: "x" })}`;
    } catch (error) {
      if (!isExpected(error)) throw error;
      continue;
    }
    const language = compiled++ % 2 === 0 ? [] : ["-x", "c++", "-fno-exceptions"];
    checkForWasm(source, ["-Wno-unused-function", "-I", SDK, ...language]);
  }
});

Deno.test("damaged copies of a module give a FormatError or a result, and soon", () => {
  const module = moduleWith(compileObject("sections"));
  const random = new Random(11);
  for (let run = 0; run < RUNS; run++) {
    const damaged = damage(module, 8, run % 2 === 0 ? 120 : module.length, random);
    const before = performance.now();
    try {
      inspectBytes(damaged);
      parsePolicy(leastPolicy(damaged, () => undefined));
    } catch (error) {
      if (!(error instanceof FormatError)) throw new Error(`run ${run}`, { cause: error });
    }
    assert(performance.now() - before < MAX_RUN_MS);
  }
});

Deno.test("structs that contain each other repeatedly give a FormatError, not endless source", () => {
  // Each anonymous struct holds the next one twice: 2^60 members, written out.
  const words: number[] = [];
  const depth = 30;
  for (let i = 0; i < depth; i++) {
    words.push(i === 0 ? 1 : 0, (4 << 24) | 2, 0, 0, i + 2, 0, 0, i + 2, 0);
  }
  words.push(0, (4 << 24) | 0, 0);
  const object = withBtf(compileObject("sections"), words);
  const before = performance.now();
  let message = "";
  try {
    genTypes(object, { name: "x", all: true });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    message = error.message;
  }
  assert(message.includes("too large") || message.includes("too deeply"), message);
  assert(performance.now() - before < 10_000);
});

/** A module with one segment of data. */
function moduleWith(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const leb = (value: number): number[] => value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
  const section = (id: number, content: number[]) => [id, ...leb(content.length), ...content];
  const text = (name: string) => [name.length, ...new TextEncoder().encode(name)];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, 0x60, 2, 0x7f, 0x7f, 1, 0x7e, 0x60, 0, 0]),
    ...section(2, [
      2,
      ...text("wasm_bpf"),
      ...text("wasm_load_bpf_object"),
      0,
      0,
      ...text("env"),
      ...text("memory"),
      2,
      0,
      1,
    ]),
    ...section(11, [1, 0, 0x41, ...leb(1024), 0x0b, ...leb(data.length), ...data]),
  ]);
}

/** The object with its `.BTF` replaced: these words as types, "s" as the only name. */
function withBtf(object: Uint8Array<ArrayBuffer>, words: number[]): Uint8Array<ArrayBuffer> {
  const copy = object.slice();
  // References to the old types would cause other errors.
  const { elf } = parseObject(object);
  const table = new DataView(copy.buffer).getUint32(0x28, true);
  const view = new DataView(copy.buffer);
  for (const { index, name } of elf.sections) {
    if (name === ".maps") view.setUint32(table + index * 64, 0, true);
  }
  const btf = elf.sections.find(({ name }) => name === ".BTF");
  assert(btf !== undefined && words.length * 4 + 27 <= btf.sizeBytes);
  [0x0001eb9f, 24, 0, words.length * 4, words.length * 4, 3, ...words].forEach((word, i) =>
    view.setUint32(btf.offset + i * 4, word, true)
  );
  copy.set([0, 0x73, 0], btf.offset + 24 + words.length * 4);
  return copy;
}
