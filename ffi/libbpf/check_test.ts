import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BpfError } from "../../errors/mod.ts";
import { openSystem } from "../system/system.ts";
import { Checker } from "./check.ts";

const LOAD = { operation: "load", kind: "object", subject: "guest" } as const;

Deno.test("Checker.value() returns values that are not negative, and throws the others with the log", () => {
  using system = openSystem();
  const logs = [["stale"], ["libbpf: map 'm': failed to create: Argument list too long(-7)"]];
  const checker = new Checker({ take: () => logs.shift() ?? [] }, system.calls);
  checker.begin();
  assertEquals(checker.value(LOAD, 0), 0);
  assertEquals(checker.value(LOAD, 7), 7);
  const error = assertThrows(() => checker.value(LOAD, -7), BpfError);
  assertEquals([error.code, error.errno, error.log.length], ["E2BIG", 7, 1]);
  assertEquals(
    error.message,
    `Cannot load object "guest": E2BIG: map 'm': failed to create: Argument list too long(-7)`,
  );
});

Deno.test("Checker.error() looks up the subject of a failed operation for its hint", () => {
  using system = openSystem();
  const logs = [[], ["libbpf: map 'events': failed to create: Invalid argument(-22)"]];
  const checker = new Checker({ take: () => logs.shift() ?? [] }, system.calls);
  const asked: (string | undefined)[] = [];
  checker.begin(({ map }) => {
    asked.push(map);
    return {
      action: "load",
      programs: [],
      map: { type: 27, keySize: 0, valueSize: 8, maxEntries: 4096, flags: 0 },
    };
  });
  assertEquals(asked, []);
  assertStringIncludes(checker.error(LOAD, -22).message, "(hint: a ring buffer has no value");
  assertEquals(asked, ["events"]);
  checker.begin();
  assertEquals(checker.error(LOAD, -22).hint, undefined);
});
