import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { llvmTool, pin } from "./pins.ts";

const CHECKOUT = new URL("../", import.meta.url).pathname;

Deno.test("pin() reads the value that the shell reads", async () => {
  for (const name of ["LLVM_VERSION", "ASSEMBLYSCRIPT", "DENO_VERSION", "LIBBPF_VERSION", "DENORT_PACKAGE"]) {
    const args = ["-euc", `source scripts/pins.sh && printf %s "$${name}"`];
    const { stdout } = await new Deno.Command("bash", { args, cwd: CHECKOUT }).output();
    assertEquals(pin(name), new TextDecoder().decode(stdout));
  }
  assertThrows(() => pin("NO_SUCH_PIN"), Error, "Cannot find NO_SUCH_PIN");
});

Deno.test("llvmTool() adds the pinned version", () => {
  assertMatch(llvmTool("clang++"), /^clang\+\+-\d+$/);
});

Deno.test("only pins.sh has the version of LLVM, except for examples in texts for users", async () => {
  const pattern = String.raw`\b(clang(\+\+)?|lld|wasm-ld|llvm-[a-z]+)-[0-9]+\b`;
  const folders = ["bench", "cli", "codegen", "errors", "ffi", "host", "object", "scripts", "tests", "wasm"];
  const args = ["-rlE", "--include=*.ts", "--include=*.sh", "--include=*.mk", pattern, ...folders];
  const { stdout } = await new Deno.Command("grep", { args, cwd: CHECKOUT }).output();
  const found = new TextDecoder().decode(stdout).trimEnd().split("\n").sort();
  assertEquals(found, ["cli/gen.ts", "scripts/pins.ts"]);
});
