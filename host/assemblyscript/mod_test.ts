/** Calls the imports of AssemblyScript as a hostile guest does. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { GuestError, WASI_ERRNO } from "../../errors/mod.ts";
import { FakeGuest, MEMORY_BYTES } from "../../tests/doubles/guest.ts";
import { ProcExit } from "../core/cancellation.ts";
import type { ImportTable } from "../core/imports.ts";
import { ASSEMBLYSCRIPT_TYPES, assemblyScriptAdvice, assemblyScriptTypesOf } from "./import_types.ts";
import { assemblyScriptFunctions } from "./mod.ts";

const TEXT_AT = 0x100;
/** Functions whose first parameter, or second for `assert`, is a string. */
const WITH_TEXT = Object.keys(ASSEMBLYSCRIPT_TYPES).filter((name) => name.startsWith("console.") || name === "trace");

class TextGuest extends FakeGuest {
  /** The output by descriptor. */
  readonly output: Record<number, string> = { 1: "", 2: "" };
  writes = 0;
  errno = 0;
  readonly functions: ImportTable = assemblyScriptFunctions(this.context, (fd, bytes) => {
    this.writes++;
    this.output[fd] += new TextDecoder().decode(bytes);
    return this.errno;
  });

  run(name: string, ...parameters: number[]): unknown {
    const call = this.functions[name];
    assert(call !== undefined, name);
    return call(...parameters);
  }

  /** Puts a string into memory, with its length in bytes before it. @returns its address. */
  putText(
    text: string,
    { at = TEXT_AT, sizeBytes = text.length * 2 }: { at?: number; sizeBytes?: number } = {},
  ): number {
    const view = new DataView(this.memory.buffer);
    view.setUint32(at - 4, sizeBytes, true);
    for (let i = 0; i < text.length; i++) view.setUint16(at + i * 2, text.charCodeAt(i), true);
    return at;
  }
}

/** The message of the error that ends the guest. */
function ending(run: () => unknown): string {
  const error = assertThrows(run, GuestError);
  assertEquals(error.code, "trap");
  return error.message;
}

Deno.test("the functions of AssemblyScript are those of the table of types", () => {
  using guest = new TextGuest();
  assertEquals(Object.keys(guest.functions).sort(), Object.keys(ASSEMBLYSCRIPT_TYPES).sort());
});

Deno.test("console writes lines on stdout, and warnings, errors, traces and failed assertions on stderr", () => {
  using guest = new TextGuest();
  const text = guest.putText("grüße 🐝\0\ufeff");
  for (const name of ["console.log", "console.info", "console.debug"]) guest.run(name, text);
  assertEquals(guest.output, { 1: "grüße 🐝\0\ufeff\n".repeat(3), 2: "" });
  guest.output[1] = "";
  for (const name of ["console.warn", "console.error"]) guest.run(name, text);
  guest.run("console.assert", 1, text);
  guest.run("console.assert", 0, text);
  guest.run("trace", text, 2, 1.5, -3, 7, 8, 9);
  guest.run("trace", text, 0, 1, 2, 3, 4, 5);
  guest.run("trace", text, -1, 1, 2, 3, 4, 5);
  const line = "grüße 🐝\0\ufeff";
  assertEquals(guest.output, {
    1: "",
    2: `${line}\n${line}\nAssertion failed: ${line}\ntrace: ${line} 1.5, -3\ntrace: ${line}\ntrace: ${line} 1, 2, 3, 4, 5\n`,
  });
});

Deno.test("timers of console print milliseconds, and nothing for an unknown label", () => {
  using guest = new TextGuest();
  const label = guest.putText("load");
  guest.run("console.timeLog", label);
  guest.run("console.time", label);
  guest.run("console.timeLog", label);
  guest.run("console.timeEnd", label);
  guest.run("console.timeEnd", label);
  assertMatch(guest.output[1] ?? "", /^load: \d+\.\d{3}ms\nload: \d+\.\d{3}ms\n$/);
});

Deno.test("strings with unpaired surrogates and odd lengths are shown without them", () => {
  using guest = new TextGuest();
  guest.run("console.log", guest.putText("a\ud800b\udc00"));
  guest.run("console.log", guest.putText("ab\ud83d"));
  guest.run("console.log", guest.putText("abc", { sizeBytes: 5 }));
  guest.run("console.log", guest.putText("abc", { sizeBytes: 1 }));
  guest.run("console.log", guest.putText("", { at: MEMORY_BYTES }));
  assertEquals(guest.output[1], "a\ufffdb\ufffd\nab\ufffd\nab\n\n\n");
});

Deno.test("a long string is written in pieces, and a surrogate pair between two of them stays whole", () => {
  using guest = new TextGuest();
  const text = `${"x".repeat(MEMORY_BYTES / 2 - 5)}🐝`;
  guest.run("console.log", guest.putText(text, { at: 4 }));
  assertEquals(guest.output[1], `${text}\n`);
});

Deno.test("console reports the first line that cannot be written", () => {
  using guest = new TextGuest();
  guest.errno = WASI_ERRNO.ENOSPC;
  for (let i = 0; i < 3; i++) guest.run("console.log", guest.putText("x"));
  assertEquals(guest.problems.map(String), ["Cannot write stdout for the guest: ENOSPC"]);
});

for (const name of WITH_TEXT) {
  Deno.test(`${name}() ends a guest whose string is not in its memory`, () => {
    const text = (guest: TextGuest, at: number) => {
      if (name === "console.assert") return guest.run(name, 0, at);
      return guest.run(name, at, 0, 0, 0, 0, 0, 0);
    };
    const message = `The guest trapped: ${name} got a string that is not in its memory`;
    for (const at of [0, 3, -1, -2, MEMORY_BYTES + 4, MEMORY_BYTES + 5, 0x7fffffff, -0x80000000]) {
      using guest = new TextGuest();
      assertEquals(ending(() => text(guest, at)), message, `${at}`);
      assertEquals(guest.writes, 0);
    }
    for (const sizeBytes of [MEMORY_BYTES, MEMORY_BYTES - TEXT_AT + 2, 0x7fffffff, 0x80000000, 0xffffffff]) {
      using guest = new TextGuest();
      assertEquals(ending(() => text(guest, guest.putText("ab", { sizeBytes }))), message, `${sizeBytes}`);
      assertEquals(guest.writes, 0);
      // A guest that catches the exception can call nothing any more.
      assertEquals(ending(() => guest.run("console.log", TEXT_AT)), message);
      assertEquals(ending(() => guest.run("seed")), message);
    }
  });
}

Deno.test("abort() ends the guest with its message and place, whatever the strings are", () => {
  const at = (message: (guest: TextGuest) => number, file: number, line = 5, column = 7) => {
    using guest = new TextGuest();
    return ending(() => guest.run("abort", message(guest), file, line, column));
  };
  assertEquals(at((guest) => guest.putText("boom"), TEXT_AT), "The guest trapped: abort: boom at boom:5:7");
  assertEquals(at(() => 0, 0), "The guest trapped: abort: (no text) at (no text):5:7");
  assertEquals(
    at(() => -5, MEMORY_BYTES + 8, -1, -1),
    "The guest trapped: abort: (text outside of the memory) at (text outside of the memory):4294967295:4294967295",
  );
  const long = at((guest) => guest.putText("x".repeat(30000)), 0);
  assertEquals(long, `The guest trapped: abort: ${"x".repeat(2048)} at (no text):5:7`);
});

Deno.test("seed(), Date.now() and performance.now() give numbers, and process.exit() ends the guest", () => {
  using guest = new TextGuest();
  const seeds = new Set(Array.from({ length: 100 }, () => guest.run("seed")));
  assertEquals(seeds.size, 100);
  assert(Math.abs(Number(guest.run("Date.now")) - Date.now()) < 60_000);
  assert(Number(guest.run("performance.now")) > 0);
  const exit = assertThrows(() => guest.run("process.exit", -1));
  assert(exit instanceof ProcExit);
  assertEquals(exit.code, 0xffffffff);
});

Deno.test("assemblyScriptTypesOf() knows only the types that asc declares", () => {
  assertEquals(assemblyScriptTypesOf("abort", "(i32, i32, i32, i32)"), ["(i32, i32, i32, i32)"]);
  assertEquals(assemblyScriptTypesOf("abort", "()"), undefined);
  assertEquals(assemblyScriptTypesOf("constructor", "()"), undefined);
});

Deno.test("assemblyScriptAdvice() names the option for imports that the host lacks", () => {
  assertMatch(assemblyScriptAdvice("memory") ?? "", /--importMemory/);
  assertMatch(assemblyScriptAdvice("table") ?? "", /--exportTable/);
  assertMatch(assemblyScriptAdvice("Math.sin") ?? "", /--use Math=JSMath/);
  assertEquals(assemblyScriptAdvice("memory_of_c"), undefined);
  assertEquals(assemblyScriptAdvice("xdp"), undefined);
});
