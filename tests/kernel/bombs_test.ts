/**
 * Modules that are made to exhaust the engine: each runs, is refused, or ends the process with one line, inside the default memory
 * limit. `process_test.ts` has a module that takes gigabytes to compile.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assemble } from "../../scripts/build_wat.ts";
import { directoryWith, run, WASM_BPF } from "./command.ts";

const SECTION = { type: 1, function: 3, table: 4, memory: 5, global: 6, export: 7, element: 9, code: 10, data: 11 };
const I32 = 0x7f;
const MANY = 1_000_000;
const LONGEST_LINE = 4200;
/** The limit, the runtime and its code. */
const MOST_RESIDENT_KIB = (256 + 100) << 10;

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function join(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function repeat(part: readonly number[], count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(part.length * count);
  for (let i = 0; i < count; i++) bytes.set(part, i * part.length);
  return bytes;
}

function section(id: number, ...content: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = join(...content);
  return join([id], leb(bytes.length), bytes);
}

/** A function with these groups of locals and this code. */
function body(code: ArrayLike<number>, locals: readonly number[] = [0]): Uint8Array<ArrayBuffer> {
  return join(leb(locals.length + code.length + 1), locals, code, [0x0b]);
}

const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
const EXPORTS = [...text("memory"), 2, 0, ...text("_start"), 0, 0];

/** A module that runs its first function; each section can be replaced. */
function moduleWith(parts: Partial<Record<keyof typeof SECTION, readonly ArrayLike<number>[]>>): Uint8Array {
  const usual = {
    type: [[1, 0x60, 0, 0]],
    function: [[1, 0]],
    memory: [[1, 0, 1]],
    export: [[2], EXPORTS],
    code: [[1], body([])],
  };
  const whole: typeof parts = { ...usual, ...parts };
  return join(
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...Object.entries(SECTION).flatMap(([name, id]) => {
      const content = Object.entries(whole).find(([key]) => key === name)?.[1];
      return content === undefined ? [] : [section(id, ...content)];
    }),
  );
}

const START_BLOCK = [0x02, 0x40];
const START_LOOP = [0x03, 0x40];
const END = [0x0b];
const CALL = [0x10, 0];
const CONST = [0x41, 0];
const DROP = [0x1a];
const IF_ELSE = [...CONST, 0x04, 0x40, 0x05, 0x0b];
const TARGETS = 65_000;

const runs = { code: 0, line: /^$/ };
const refused = (line: RegExp) => ({ code: 126, line });
const exhausts = {
  code: 134,
  line: /^wasm-bpf: Cannot continue: out of memory \(hint: --memory SIZE gives the guest more\)$/,
};
const traps = (reason: string) => ({ code: 134, line: new RegExp(`^wasm-bpf: The guest trapped: ${reason}\\n`) });

const BOMBS: Readonly<Record<string, { module: () => Uint8Array; expected: { code: number; line: RegExp } }>> = {
  "200,000 functions": {
    module: () =>
      moduleWith({
        function: [leb(200_000), new Uint8Array(200_000)],
        code: [leb(200_000), repeat([2, 0, 0x0b], 200_000)],
      }),
    expected: runs,
  },
  "200,001 functions": {
    module: () =>
      moduleWith({
        function: [leb(200_001), new Uint8Array(200_001)],
        code: [leb(200_001), repeat([2, 0, 0x0b], 200_001)],
      }),
    expected: refused(/: it has 200001 functions, and a guest may have 200000$/),
  },
  "a million types": {
    module: () => moduleWith({ type: [leb(MANY), repeat([0x60, 0, 0], MANY)] }),
    expected: runs,
  },
  "5000 types with 1000 parameters": {
    module: () =>
      moduleWith({
        type: [leb(5001), [0x60, 0, 0], repeat([0x60, ...leb(1000), ...new Array<number>(1000).fill(I32), 0], 5000)],
      }),
    expected: runs,
  },
  "a million globals": {
    module: () => moduleWith({ global: [leb(MANY), repeat([I32, 0, 0x41, 0, 0x0b], MANY)] }),
    expected: runs,
  },
  "a million elements of a table": {
    module: () =>
      moduleWith({
        table: [[1, 0x70, 0], leb(MANY)],
        element: [[1, 0, 0x41, 0, 0x0b], leb(MANY), new Uint8Array(MANY)],
      }),
    expected: runs,
  },
  "a million nested blocks": {
    module: () => moduleWith({ code: [[1], body(join(repeat(START_BLOCK, MANY), repeat(END, MANY)))] }),
    expected: exhausts,
  },
  "a million nested loops": {
    module: () => moduleWith({ code: [[1], body(join(repeat(START_LOOP, MANY), repeat(END, MANY)))] }),
    expected: exhausts,
  },
  "1.2 million branches": {
    module: () => moduleWith({ code: [[1], body(repeat(IF_ELSE, 1_200_000))] }),
    expected: exhausts,
  },
  "three million calls": {
    module: () => moduleWith({ code: [[1], body(repeat(CALL, 3 * MANY))] }),
    expected: exhausts,
  },
  "a million values on the stack": {
    module: () => moduleWith({ code: [[1], body(join(repeat(CONST, MANY), repeat(DROP, MANY)))] }),
    expected: runs,
  },
  "100 branch tables with 65,000 targets": {
    module: () => {
      const table = [...CONST, 0x0e, ...leb(TARGETS), ...new Array<number>(TARGETS + 1).fill(0)];
      return moduleWith({ code: [[1], body(join(START_BLOCK, repeat(table, 100), END))] });
    },
    expected: runs,
  },
  "a branch table with seven million targets": {
    module: () =>
      moduleWith({
        code: [[1], body(join(START_BLOCK, CONST, [0x0e], leb(7 * MANY), new Uint8Array(7 * MANY + 1), END))],
      }),
    expected: refused(/: it is not a valid module: .*br_table/),
  },
  "50,001 locals": {
    module: () => moduleWith({ code: [[1], body([], [1, ...leb(50_001), I32])] }),
    expected: refused(/: it is not a valid module: .*local count too large/),
  },
  "a name of 100,000 bytes": {
    module: () => assemble(`(module (import "env" "${"x".repeat(99_000)}" (func)) (memory (export "memory") 1))`),
    expected: refused(
      /^wasm-bpf: Cannot link module: unknown import env\.x+\.{3} \(\d+ characters left out\) \.{3}x+$/,
    ),
  },
  "endless recursion": {
    module: () => moduleWith({ code: [[1], body(CALL)] }),
    expected: traps("stack overflow"),
  },
  "a table that grows without end": {
    module: () =>
      assemble(`(module (table $t 0 externref) (memory (export "memory") 1) (func (export "_start")
        (loop $again (br_if $again (i32.ne (table.grow $t (ref.null extern) (i32.const 1000)) (i32.const -1))))))`),
    expected: runs,
  },
  "exceptions in exceptions": {
    module: () =>
      assemble(`(module (tag $t (param i32)) (memory (export "memory") 1)
        (func $f (param i32) (try (do (call $f (i32.add (local.get 0) (i32.const 1)))) (catch $t (throw $t))))
        (func (export "_start") (call $f (i32.const 0))))`),
    expected: traps(".*"),
  },
};

for (const [name, { module, expected }] of Object.entries(BOMBS)) {
  Deno.test(`wasm-bpf ends a module with ${name} inside the memory limit, with at most one line`, async () => {
    await using files = await directoryWith({ "bomb.wasm": module() });
    const measure = ["time", "--quiet", "--format", "%M", "--output", `${files.path}/resident`];
    const finished = await run("timeout", ["60", "env", ...measure, ...WASM_BPF, `${files.path}/bomb.wasm`]);
    assertEquals([finished.code, finished.stdout], [expected.code, ""], finished.stderr);
    assertMatch(finished.code === 134 ? finished.stderr : finished.stderr.trimEnd(), trailing(expected));
    assert(finished.stderr.length < LONGEST_LINE, `${finished.stderr.length} characters`);
    const resident = Number((await Deno.readTextFile(`${files.path}/resident`)).trim().split("\n").at(-1));
    assert(resident > 0 && resident < MOST_RESIDENT_KIB, `${resident} KiB`);
  });
}

/** A trap has a second line, with the guest's functions. */
function trailing({ code, line }: { code: number; line: RegExp }): RegExp {
  return code === 134 ? new RegExp(line.source.replace(/\$$/, "\\n")) : line;
}
