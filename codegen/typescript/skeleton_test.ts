/** Tests generated TypeScript: it compiles strictly, and its codecs have the offsets of the model. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { layoutLines, printedFields } from "../../tests/guests/languages/layouts/layout_lines.ts";
import type { ObjectModel } from "../model.ts";
import { modelOf } from "../object_model.ts";
import { typesObject } from "../testdata/golden.ts";
import { runDeno } from "../testdata/run_deno.ts";
import { typescriptSkeleton, typescriptTypes } from "./skeleton.ts";
import { TypeScriptNames } from "./names.ts";

const OBJECT = typesObject();
const MODEL = modelOf(OBJECT, { name: "types" });

/** A program that finds the offset of each member: the first byte that changes its value. */
function offsetsProgram(model: ObjectModel): string {
  const names = new TypeScriptNames(model);
  const calls = model.records.map((record) => {
    const members = printedFields(record).filter(({ role }) => role === "member");
    const pairs = members.map(({ name }) => `${name}: (value) => value.${names.member(record, name)}`);
    return `print(${JSON.stringify(record.name)}, types.${names.type(record.name)}, { ${pairs.join(", ")} });`;
  });
  return `
import { type Codec, codecs } from "@wasm-bpf/wasm-bpf";
import * as types from "./types.ts";

const shown = (value: unknown) =>
  JSON.stringify(value, (_, one) => typeof one === "bigint" ? \`\${one}n\` : one instanceof Uint8Array ? [...one] : one);

function print<T>(record: string, codec: Codec<T>, members: Record<string, (value: T) => unknown>) {
  console.log(record, codec.sizeBytes);
  const bytes = new Uint8Array(codec.sizeBytes);
  for (const [name, member] of Object.entries(members)) {
    const before = shown(member(codecs.decode(codec, bytes)));
    const offset = bytes.findIndex((_, at) => {
      const changed = Uint8Array.from(bytes, (_, i) => i === at ? 0xff : 0);
      return shown(member(codecs.decode(codec, changed))) !== before;
    });
    console.log(\`\${record}.\${name}\`, offset);
  }
}
${calls.join("\n")}`;
}

Deno.test("typescriptTypes() and typescriptSkeleton() pass the strict compiler, without any", async () => {
  const types = typescriptTypes(MODEL);
  const skeleton = typescriptSkeleton(MODEL, OBJECT);
  await runDeno("check", { "types.ts": types, "skeleton.ts": skeleton });
  for (const text of [types, skeleton]) {
    assertEquals(/\bany\b|!\.|\bas (?!const|bpf)/.test(text.replace(/\/\*.*?\*\//gs, "")), false);
  }
});

Deno.test("typescriptTypes() has the sizes of the kernel's types, and reads each member at its offset", async () => {
  const output = await runDeno("run", { "main.ts": offsetsProgram(MODEL), "types.ts": typescriptTypes(MODEL) });
  const members = new Set(
    MODEL.records.flatMap((record) => [
      record.name,
      ...record.fields.filter(({ role }) => role === "member").map(({ name }) => `${record.name}.${name}`),
    ]),
  );
  const expected = layoutLines(MODEL).filter((line) => members.has(line.split(" ")[0] ?? ""));
  assertEquals(output.trimEnd().split("\n"), expected);
});

Deno.test("typescriptTypes() writes what it reads, with gaps of zeros", async () => {
  const program = `
import { codecs } from "@wasm-bpf/wasm-bpf";
import { Event, Gaps, InBits, PackedBits } from "./types.ts";

const bytes = (size: number) => Uint8Array.from({ length: size }, (_, i) => i * 7 + 1 & 0x7f);
const gaps = codecs.decode(Gaps, bytes(24));
console.log([...codecs.encode(Gaps, gaps)].map((byte, i) => byte === 0 ? i : "").filter(String).join());
const target = new Uint8Array(24).fill(0xff);
Gaps.write(new DataView(target.buffer), 0, { tag: 1, value: 2n, last: 3 });
console.log(target.join());
const packed = { kind: 5, wide: 0x2abc, cross: 0xabcdef, rest: 0x9876543210n, minus: -33 };
console.log(...Object.values(codecs.decode(PackedBits, codecs.encode(PackedBits, packed))));
const union = new InBits();
union.signedPart = -2n;
union.low = 7;
console.log(union.low, union.signedPart, union.storage.join());
const event = { ...codecs.decode(Event, new Uint8Array(Event.sizeBytes)), comm: "seventeen chars.." };
try {
  codecs.encode(Event, event);
} catch (error) {
  console.log(String(error));
}`;
  const output = await runDeno("run", { "main.ts": program, "types.ts": typescriptTypes(MODEL) });
  assertEquals(output.trimEnd().split("\n"), [
    "1,2,3,4,5,6,7,18,19,20,21,22,23",
    "1,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,3,0,0,0,0,0,0,0",
    "5 10940 11259375 654820258320n -33",
    "7 -9n 247,255,255,255,1,0,0,0,0,0,0,0,0,0,0,0",
    'RangeError: Cannot encode "seventeen chars..": it has 17 bytes of 16',
  ]);
});

Deno.test("typescriptSkeleton() has typed maps, programs and variables by name", () => {
  const skeleton = typescriptSkeleton(MODEL, OBJECT);
  assertStringIncludes(skeleton, 'events: new bpf.TypedMap(this.map("events"), { key: Gaps, value: Event }),');
  assertStringIncludes(skeleton, "value: bpf.codecs.perCpu(bpf.codecs.u64,");
  assertStringIncludes(skeleton, 'run: this.program("run"),');
  assertStringIncludes(skeleton, 'readonly rodata = new bpf.Variables(this.map("types.rodata"), TypesRodata);');
});
