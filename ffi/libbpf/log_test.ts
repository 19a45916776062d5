import { assert, assertEquals, assertMatch } from "@std/assert";
import { KeptText, LibbpfLog, messagesOf } from "./log.ts";

Deno.test("KeptText keeps a short text whole, once", () => {
  const kept = new KeptText(100, 20);
  kept.append("one\n");
  kept.append("two\n");
  assertEquals([kept.take(), kept.take()], ["one\ntwo\n", ""]);
});

Deno.test("KeptText keeps the beginning and the end of a long text, in whole lines, and gives the size of the rest", () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}\n`);
  // The log arrives as one text, and line by line.
  for (const parts of [[lines.join("")], lines]) {
    const kept = new KeptText(1000, 200);
    for (const part of parts) kept.append(part);
    const text = kept.take();
    const [note = "", bytes, count] = /^-- LEFT OUT (\d+) bytes, (\d+) lines --\n/m.exec(text) ?? [];
    const [head = "", tail = ""] = text.split(note);
    assert(head.length <= 200 && head.length > 190 && head.length + tail.length <= 1000);
    const [first, last] = [head.split("\n").length - 1, tail.split("\n").length - 1];
    assertEquals([head, tail], [lines.slice(0, first).join(""), lines.slice(-last).join("")]);
    assertEquals(Number(count), 1000 - first - last);
    assertEquals(Number(bytes), lines.join("").length - head.length - tail.length);
    assertEquals(kept.take(), "");
  }
});

Deno.test("KeptText keeps both ends of one line that is too long", () => {
  const kept = new KeptText(1000, 200);
  kept.append(`a${"b".repeat(5000)}z\n`);
  assertMatch(kept.take(), /^ab{199}\n-- LEFT OUT 4003 bytes, 0 lines --\nb{798}z\n$/);
});

Deno.test("messagesOf() splits a log by the marks of levels", () => {
  assertEquals(messagesOf(""), []);
  assertEquals(messagesOf("\u0001one\ntwo\n\u0003three\n\u0002four"), [
    { level: 0, text: "one\ntwo\n" },
    { level: 2, text: "three\n" },
    { level: 1, text: "four" },
  ]);
  assertEquals(messagesOf("cut\n\u0002info\n"), [{ level: 0, text: "cut\n" }, { level: 1, text: "info\n" }]);
});

Deno.test("LibbpfLog.take() leaves out the lines for debugging, and its listener gets all", () => {
  const seen: string[] = [];
  const log = new LibbpfLog({ level: 2, take: () => "\u0001warning\n\u0003debug\n", [Symbol.dispose]: () => {} });
  log.onMessages = (messages) => seen.push(...messages.map(({ level, text }) => `${level} ${text}`));
  assertEquals(log.take(), ["warning"]);
  assertEquals(seen, ["0 warning\n", "2 debug\n"]);
});
