import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { chooseNames, NameBudget, plainIdentifier, UniqueNames } from "./unique_names.ts";

const camel = (name: string) =>
  name.split("_").filter((word) => word !== "").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");

Deno.test("chooseNames() gives each name another one, and the first of several keeps its own", () => {
  const names = ["is_exit", "isExit", "a__b", "a_b", "a_b_", "aB", "is_exit_2"];
  assertEquals([...chooseNames(names, { spell: camel })], [
    ["is_exit", "IsExit"],
    ["isExit", "IsExit_2"],
    ["a__b", "AB"],
    ["a_b", "AB_2"],
    ["a_b_", "AB_3"],
    ["aB", "AB_4"],
    ["is_exit_2", "IsExit2"],
  ]);
});

Deno.test("chooseNames() avoids reserved names, and those that another name brings", () => {
  const rules = { spell: camel, reserved: ["String"], formsOf: (name: string) => [name, `Set${name}`] };
  assertEquals([...chooseNames(["string", "low", "set_low"], rules).values()], ["String_2", "Low", "SetLow_2"]);
});

Deno.test("chooseNames() and UniqueNames take 100,000 equal names", () => {
  const started = performance.now();
  const chosen = chooseNames(Array.from({ length: 100_000 }, (_, i) => `a${"_".repeat(i % 400)}${i}`), {
    spell: () => "same",
  });
  assertEquals(new Set(chosen.values()).size, 100_000);
  const names = new UniqueNames();
  assertEquals(new Set(Array.from({ length: 100_000 }, () => names.take("a"))).size, 100_000);
  assertEquals(performance.now() - started < 5000, true);
});

Deno.test("UniqueNames refuses what cannot be a name, in one word", () => {
  for (const name of ["", "1a", "a b", "a\nb", "x; } evil", "*/", "ä", "a".repeat(1025)]) {
    assertThrows(() => plainIdentifier(name), FormatError, "name");
  }
  const names = new UniqueNames();
  assertEquals(["a$b", "a_b", "a_b_2", "a_b"].map((name) => names.take(name)), ["a_b", "a_b_2", "a_b_2_2", "a_b_3"]);
});

Deno.test("NameBudget refuses names that would fill the memory", () => {
  const names = new UniqueNames(new NameBudget());
  assertThrows(
    () => {
      for (let i = 0; i < 60_000; i++) names.take(`${"n".repeat(1000)}${i}`);
    },
    FormatError,
    "its types are too large to be written out",
  );
});
