import { assertEquals, assertMatch } from "@std/assert";

const CHECKOUT = new URL("../", import.meta.url).href;

/** Runs a script that declares a command, in a separate process. */
function runScript(script: string): { code: number; stderr: string } {
  const declaration = `
    import { command, runCommand } from "${CHECKOUT}cli/command.ts";
    import { HELP } from "${CHECKOUT}cli/options.ts";
    import { UsageError } from "${CHECKOUT}cli/usage_error.ts";
    import { reportInternalError } from "${CHECKOUT}cli/internal_error.ts";
    const options = { help: HELP };
    const page = { of: "build", usage: [], about: [], options, notes: "" };
    const BUILD = command({ task: "build", operands: { noun: "file", min: 0, max: 1 }, options, page });
    ${script}`;
  const { code, stderr } = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", declaration] })
    .outputSync();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("runCommand() explains a usage error of its action, and exits with 2", () => {
  assertEquals(
    runScript(`Deno.exit(runCommand(BUILD, [], () => { throw new UsageError("Cannot build: no need"); }));`),
    {
      code: 2,
      stderr: "wasm-bpf: Cannot build: no need (see wasm-bpf build --help)\n",
    },
  );
});

Deno.test("runCommand() reports other errors as internal, with the stack and 125", () => {
  const { code, stderr } = runScript(`Deno.exit(runCommand(BUILD, [], () => { throw new RangeError("too deep"); }));`);
  assertEquals(code, 125);
  assertMatch(
    stderr,
    /^wasm-bpf: internal error: too deep \(please report this\)\nwasm-bpf: RangeError: too deep\n(wasm-bpf: +at .*\n)+$/,
  );
});

Deno.test("reportInternalError() names the option that shows the stack, in one line", () => {
  const script = `Deno.exit(reportInternalError(new Error("no way"), { withStack: false }));`;
  assertEquals(runScript(script), {
    code: 125,
    stderr: "wasm-bpf: internal error: no way (please report this; --verbose shows where)\n",
  });
});
