/** Tests which parts of the binary a command loads. Each part that it does not need would delay its start. */

import { assertEquals } from "@std/assert";

const CHECKOUT = new URL("../../", import.meta.url).pathname;

async function loadedParts(...args: string[]): Promise<string | undefined> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", `${CHECKOUT}tests/kernel/loaded_parts.ts`, ...args],
    cwd: CHECKOUT,
    env: { WASM_BPF_LIBBPF: `${CHECKOUT}.build/lib/libwasm_bpf.so` },
    stdout: "null",
  });
  const { stderr } = await command.output();
  return new TextDecoder().decode(stderr).trimEnd().split("\n").at(-1);
}

const COMMANDS: readonly (readonly [parts: string, ...args: string[]])[] = [
  ["main", "--version"],
  ["main problems", "--help"],
  ["main problems", "missing.wasm"],
  ["main version1", ".build/guests/load.wasm"],
  ["main version1", ".build/guests/attach.wasm"],
  ["main version2", "examples/runqlat/runqlat.wasm", "1", "1"],
  ["main version2", "examples/bootstrap/bootstrap.wasm", "--version"],
  ["assemblyscript main version2", "examples/assemblyscript-bootstrap/assemblyscript-bootstrap.wasm", "--help"],
  ["main policy tools version2", "inspect", "examples/runqlat/runqlat.wasm"],
];

for (const [parts, ...args] of COMMANDS) {
  Deno.test(`wasm-bpf ${args.join(" ")} loads only the parts ${parts}`, async () => {
    assertEquals(await loadedParts(...args), parts);
  });
}
