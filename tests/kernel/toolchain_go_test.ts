/** `wasm-bpf build` with a Go that is missing or too old. */

import { llvmTool } from "../../scripts/pins.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { directoryWith, run, WASM_BPF } from "./command.ts";

const VMLINUX = "typedef unsigned int __u32;\n";
const PROGRAM = 'char LICENSE[] __attribute__((section("license"), used)) = "GPL";\n';

/** Builds a guest in Go with a PATH that has `go` in it, and no other Go on the machine. */
async function buildWith(go: string | undefined) {
  await using place = await directoryWith({
    "x.bpf.c": PROGRAM,
    "vmlinux.h": VMLINUX,
    "go.mod": "module x\n\ngo 1.24\n",
    "main.go": "package main\n\nfunc main() {}\n",
  });
  const programs = `${place.path}/programs`;
  await Deno.mkdir(programs);
  for (const name of [llvmTool("clang"), llvmTool("wasm-ld"), "env"]) {
    await Deno.symlink(`/usr/bin/${name}`, `${programs}/${name}`);
  }
  if (go !== undefined) await Deno.writeTextFile(`${programs}/go`, `#!/bin/sh\n${go}\n`, { mode: 0o755 });
  const hide = "for place in /usr/local/go /usr/lib/go-1.24; do [ ! -d $place ] || mount -t tmpfs none $place; done";
  const script = `${hide}; PATH=${programs} exec "$@"`;
  return await run("unshare", ["--mount", "sh", "-c", script, "sh", ...WASM_BPF, "build", place.path]);
}

Deno.test("build names a missing Go, and one that is too old, with the command that installs it", async () => {
  for (
    const [go, reason] of [
      [undefined, "no Go in PATH, nor in /usr/local/go/bin/go"],
      ["echo go1.19.8", "Go 1.19.8 is older than 1.24"],
    ] as const
  ) {
    const { code, stderr } = await buildWith(go);
    assertEquals(code, 127, stderr);
    assertMatch(
      stderr,
      new RegExp(`^wasm-bpf: Cannot compile: ${reason} \\(hint: [^)]*https://go\\.dev/dl[^)]*\\)\n$`),
    );
  }
});
