/**
 * Assembles the WebAssembly text of `host/`, and writes the bytes into `*_bytes.ts` beside it.
 *
 *     deno run --allow-read --allow-write --allow-run scripts/build_wat.ts
 *
 * @module
 */

import { pin } from "./pins.ts";

const HOST = new URL("../host/", import.meta.url);
/** The configuration of the build tools. It has a separate lock file, so that users do not download these tools. */
const TOOLS = new URL("tools.json", import.meta.url).pathname;

/** A generated file, and the modules in it. */
interface Target {
  readonly bytes: string;
  readonly constants: readonly Constant[];
}

/** A module: the text of its files, one after the other. */
interface Constant {
  readonly name: string;
  readonly doc: string;
  readonly parts: readonly string[];
  /** The type of a guest's pointers, which the text calls `ptr`. */
  readonly pointer?: Pointer;
  /** A replacement in the text before it is assembled: the old text and the new text. */
  readonly change?: readonly [from: string, to: string];
}

/** The types of pointers. */
export type Pointer = "i32" | "i64";

/** Instructions that convert pointers. A block replaces those that convert to the same type. */
const CONVERSIONS: Readonly<Record<Pointer, Readonly<Record<string, string>>>> = {
  i32: {
    "ptr.extend_i32_u": "block (result i32)",
    "i64.extend_ptr_u": "i64.extend_i32_u",
    "ptr.wrap_i64": "i32.wrap_i64",
  },
  i64: {
    "ptr.extend_i32_u": "i64.extend_i32_u",
    "i64.extend_ptr_u": "block (result i64)",
    "ptr.wrap_i64": "block (result i64)",
  },
};

/** The store in pump.wat that returns the space of read records to the kernel. */
const PLAIN_STORE = "(i64.store $ring (local.get $at) (local.get $position))";
const WEAK = [PLAIN_STORE, PLAIN_STORE.replace("i64.store", "i64.atomic.store")] as const;
const STRONG_DOC = "For processors that keep the order of loads and stores (x86_64)";
const WEAK_DOC = "For processors that do not (arm64)";

function batchPump(pointer: Pointer): Constant[] {
  const parts = ["pump/pump.wat", "pump/batches.wat"];
  const [suffix, guests] = [pointer.toUpperCase(), `guests with pointers of type ${pointer}`];
  return [
    { name: `BATCH_PUMP_${suffix}_BASE64`, doc: `${STRONG_DOC}, ${guests}.`, parts, pointer },
    { name: `WEAK_BATCH_PUMP_${suffix}_BASE64`, doc: `${WEAK_DOC}, ${guests}.`, parts, pointer, change: WEAK },
  ];
}

/** Modules of one file for both types of pointers, `NAME_I32_BASE64` and `NAME_I64_BASE64`. */
function bothWidths(name: string, part: string): Constant[] {
  return (["i32", "i64"] as const).map((pointer) => ({
    name: `${name}_${pointer.toUpperCase()}_BASE64`,
    doc: `For guests with pointers of type ${pointer}.`,
    parts: [part],
    pointer,
  }));
}

const RECORD_PUMP = ["pump/pump.wat", "pump/records.wat"];

/** All generated files. */
export const TARGETS: readonly Target[] = [
  {
    bytes: "pump/pump_bytes.ts",
    constants: [
      { name: "PUMP_BASE64", doc: `${STRONG_DOC}.`, parts: RECORD_PUMP },
      { name: "WEAK_PUMP_BASE64", doc: `${WEAK_DOC}.`, parts: RECORD_PUMP, change: WEAK },
    ],
  },
  { bytes: "pump/batch_pump_bytes.ts", constants: [...batchPump("i32"), ...batchPump("i64")] },
  {
    bytes: "wasm_bpf/map_gate_bytes.ts",
    constants: [
      {
        name: "MAP_GATE_BASE64",
        doc: "The module with the function that a guest imports.",
        parts: ["wasm_bpf/map_gate.wat"],
      },
    ],
  },
  {
    bytes: "wasm_bpf/map_calls_bytes.ts",
    constants: [
      {
        name: "MAP_CALLS_BASE64",
        doc: "The module with the checks and the native calls.",
        parts: ["wasm_bpf/map_calls.wat"],
      },
    ],
  },
  {
    bytes: "libbpf/map_elements_gate_bytes.ts",
    constants: bothWidths("MAP_ELEMENTS_GATE", "libbpf/map_elements_gate.wat"),
  },
  { bytes: "libbpf/map_elements_bytes.ts", constants: bothWidths("MAP_ELEMENTS", "libbpf/map_elements.wat") },
];

/**
 * Assembles WebAssembly text without optimising it. Takes 0.3 s, since binaryen runs in its own process. binaryen can
 * assemble typed function references, which wabt cannot.
 *
 * @throws {Error} with binaryen's message when the text does not parse or the module is not valid.
 */
export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const folder = Deno.makeTempDirSync();
  const [source, module] = [`${folder}/module.wat`, `${folder}/module.wasm`];
  try {
    Deno.writeTextFileSync(source, text);
    const { success, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--allow-read", "--allow-env", `--allow-write=${folder}`]
        .concat("--config", TOOLS, `${pin("BINARYEN")}/wasm-as`, "--all-features", source, "--output", module),
    }).outputSync();
    if (!success) throw new Error(`Cannot assemble WebAssembly text: ${new TextDecoder().decode(stderr)}`);
    return Deno.readFileSync(module);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The text of a generated file. */
export function generate({ constants }: Target): string {
  const sources = new Set(constants.flatMap(({ parts }) => parts.map((part) => part.slice(part.lastIndexOf("/") + 1))));
  const parts = constants.map((constant) => {
    const lines = btoa(String.fromCharCode(...assemble(textOf(constant)))).match(/.{1,100}/g) ?? [];
    return `/** ${constant.doc} */\nexport const ${constant.name} = \`\n${lines.join("\n")}\n\`;\n`;
  });
  const head = `// The bytes of ${
    [...sources].join(", ")
  }, in base64. Generated by scripts/build_wat.ts: do not edit.\n`;
  return [head, ...parts].join("\n");
}

function textOf({ parts, pointer = "i32", change }: Constant): string {
  const text = parts.map((part) => Deno.readTextFileSync(new URL(part, HOST))).join("\n");
  return `(module\n${changed(withPointers(text, pointer), change)})\n`;
}

/** Replaces the type `ptr` in WebAssembly text. */
export function withPointers(text: string, pointer: Pointer): string {
  let result = text;
  for (const [from, to] of Object.entries(CONVERSIONS[pointer])) result = result.replaceAll(from, to);
  return result.replaceAll(/(?<![\w$])ptr(?!\w)/g, pointer);
}

function changed(source: string, change: Constant["change"]): string {
  if (change === undefined) return source;
  const [from, to] = change;
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`Cannot find the one ${from}`);
  return parts.join(to);
}

if (import.meta.main) {
  for (const target of TARGETS) Deno.writeTextFileSync(new URL(target.bytes, HOST), generate(target));
}
