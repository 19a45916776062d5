/** Tests `./wasm-bpf` with file capabilities, run by a user without capabilities who controls its environment. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Finished, run, testGuest } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/** A world-readable folder with a copy of the binary with capabilities, a guest, and a library that reports when it is loaded. */
async function privileged() {
  const path = await Deno.makeTempDir();
  await Deno.chmod(path, 0o755);
  await Deno.copyFile(`${CHECKOUT}wasm-bpf`, `${path}/wasm-bpf`);
  await Deno.copyFile(testGuest("map_types"), `${path}/guest.wasm`);
  await Deno.writeTextFile(
    `${path}/evil.c`,
    `#include <unistd.h>
     __attribute__((constructor)) static void load(void) { if (write(1, "LOADED\\n", 7) != 7) _exit(99); }`,
  );
  const built = await run("gcc", ["-shared", "-fPIC", `${path}/evil.c`, "-o", `${path}/libbpf.so.1`]);
  assertEquals(built.code, 0, built.stderr);
  const marked = await run("setcap", ["cap_bpf,cap_perfmon+ep", `${path}/wasm-bpf`]);
  assertEquals(marked.code, 0, marked.stderr);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function runAsNobody(path: string, args: readonly string[], env: Record<string, string>): Promise<Finished> {
  // env sets the variables after setpriv, so that only wasm-bpf gets them.
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return run("setpriv", [...NOBODY, "env", ...variables, `${path}/wasm-bpf`, ...args], { cwd: path });
}

Deno.test("wasm-bpf with file capabilities loads no library that the environment names", async () => {
  await using folder = await privileged();
  const environments: readonly Record<string, string>[] = [
    { WASM_BPF_LIBBPF: `${folder.path}/libbpf.so.1` },
    { WASM_BPF_LIBBPF: "./libbpf.so.1" },
    { LD_LIBRARY_PATH: folder.path },
    { LD_PRELOAD: `${folder.path}/libbpf.so.1` },
  ];
  for (const env of environments) {
    const { code, stdout, stderr } = await runAsNobody(folder.path, ["--version"], env);
    assertEquals([code, stderr], [0, ""], JSON.stringify(env));
    assertMatch(stdout, /^wasm-bpf .*\ndeno .*\nv8 .*\nlibbpf 1\.5 \(embedded\)\n$/);
  }
});

Deno.test("wasm-bpf with file capabilities runs a guest for a user without capabilities", async () => {
  await using folder = await privileged();
  const { code, stdout, stderr } = await runAsNobody(folder.path, ["guest.wasm"], {
    WASM_BPF_LIBBPF: `${folder.path}/libbpf.so.1`,
    DENO_V8_FLAGS: "--no-wasm-bounds-checks",
    NODE_OPTIONS: `--require ${folder.path}/evil.js`,
  });
  assertEquals([code, stderr], [0, ""]);
  assert(/^ok /.test(stdout) && !/^not ok|LOADED/m.test(stdout), stdout);
});

Deno.test("wasm-bpf without file capabilities does load the library that WASM_BPF_LIBBPF names", async () => {
  await using folder = await privileged();
  await run("setcap", ["-r", `${folder.path}/wasm-bpf`]);
  const { code, stdout } = await runAsNobody(folder.path, ["guest.wasm"], {
    WASM_BPF_LIBBPF: `${folder.path}/libbpf.so.1`,
  });
  // The library is not libbpf, so it is refused after it was loaded.
  assertEquals([code, stdout], [125, "LOADED\n"]);
});
