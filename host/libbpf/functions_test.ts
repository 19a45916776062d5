import { assertEquals } from "@std/assert";
import { offeredLines } from "./functions.ts";
import { isFunctionName, shapeOf } from "./shape.ts";
import { FIELDS } from "./struct_fields.ts";

Deno.test("each line names parameters of its own function", () => {
  const wrong = offeredLines().flatMap(([name, { parameters = {}, result }]) => {
    const known = new Map(shapeOf(name).parameters);
    const sizes = Object.values(parameters).flatMap((rule) =>
      rule?.is === "bytes" && typeof rule.size === "string" ? [rule.size] : []
    );
    const owner = result?.is === "part" ? [result.of] : [];
    return [...Object.keys(parameters), ...sizes, ...owner].filter((one) => !known.has(one))
      .map((one) => `${name}: ${one}`);
  });
  assertEquals(wrong, []);
});

Deno.test("each pointer has a rule, unless its function has its own code", () => {
  const lacking = offeredLines().flatMap(([name, { run, make, parameters = {} }]) => {
    if (run !== undefined || make !== undefined) return [];
    const rules: Readonly<Record<string, unknown>> = parameters;
    return shapeOf(name).parameters
      .filter(([parameter, kind]) => /^(in|out|function)$|&$/.test(kind) && rules[parameter] === undefined)
      // The marshaller adds these two for a string as result.
      .filter(([parameter]) => parameter !== "buf" && parameter !== "size")
      .map(([parameter]) => `${name}: ${parameter}`);
  });
  assertEquals(lacking, []);
});

Deno.test("each rule of a struct names fields of that struct", () => {
  const wrong = offeredLines().flatMap(([name, { parameters = {} }]) =>
    Object.values(parameters).flatMap((rule) => {
      if (rule?.is !== "struct" || typeof rule.rule === "function") return [];
      const known: Readonly<Record<string, unknown>> = FIELDS[rule.rule.name].fields;
      return Object.keys(rule.rule.fields).filter((field) => !(field in known)).map((field) => `${name}: ${field}`);
    })
  );
  assertEquals(wrong, []);
});

Deno.test("an import without a function of libbpf has its own code", () => {
  const lacking = offeredLines().filter(([name, { run, make }]) => !isFunctionName(name) && !run && !make);
  assertEquals(lacking, []);
});
