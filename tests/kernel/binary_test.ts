/** Tests the compiled `./wasm-bpf` in a root directory that contains only the C library. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const BINARY = `${CHECKOUT}wasm-bpf`;

interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args, env, clearEnv: true }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A root directory with the binary, the shared libraries that it names, an empty /tmp, and the files given. */
async function makeRoot(files: Record<string, string> = {}): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "wasm-bpf-root-" });
  for (const folder of ["proc", "sys", "tmp"]) await Deno.mkdir(`${path}/${folder}`);
  await Deno.copyFile(BINARY, `${path}/wasm-bpf`);
  const { stdout } = await run("/usr/bin/ldd", [BINARY]);
  for (const [library] of stdout.matchAll(/\/\S+\.so\S*/g)) {
    await Deno.mkdir(path + library.slice(0, library.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(library, path + library);
  }
  for (const [name, source] of Object.entries(files)) await Deno.copyFile(CHECKOUT + source, `${path}/${name}`);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Runs the binary in the root directory. The mounts (/proc, and /sys with tracefs) end with it. */
function runIn(root: string, args: string[]): Promise<Finished> {
  const script = `
    mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && exec chroot "$0" /wasm-bpf "$@"`;
  return run("/usr/bin/unshare", ["--mount", "--propagation", "private", "/bin/sh", "-c", script, root, ...args]);
}

async function filesIn(path: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map((entry) => entry.name);
}

Deno.test("wasm-bpf --version needs only libc and prints the versions of its parts", async () => {
  await using root = await makeRoot();
  const { code, stdout, stderr } = await runIn(root.path, ["--version"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /Deno 2\.6\.10/i);
  assertMatch(stdout, /libbpf v?1\.5/i);
});

Deno.test("wasm-bpf runs a guest with only libc and leaves no file behind", async () => {
  await using root = await makeRoot({ "runqlat.wasm": "examples/runqlat/runqlat.wasm" });
  const { code, stdout, stderr } = await runIn(root.path, ["runqlat.wasm", "1", "1"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertStringIncludes(stdout, "distribution");
  assertEquals(await filesIn(`${root.path}/tmp`), []);
});

Deno.test("wasm-bpf loads no file that others have put at the paths of its own modules", async () => {
  await using root = await makeRoot();
  for (const folder of ["bundle", "lib", ".build/lib", "bundle/lib"]) {
    const planted = `${root.path}/tmp/deno-compile-wasm-bpf/${folder}`;
    await Deno.mkdir(planted, { recursive: true });
    for (const name of ["cli.js", "libwasm_bpf.so"]) await Deno.writeTextFile(`${planted}/${name}`, "throw 'planted'");
  }
  const { code, stdout } = await runIn(root.path, ["--version"]);
  assertEquals(code, 0);
  assertMatch(stdout, /embedded/);
});

Deno.test("wasm-bpf exits with 127 and one line when there is no such module", async () => {
  await using root = await makeRoot();
  const { code, stdout, stderr } = await runIn(root.path, ["missing.wasm"]);
  assertEquals({ code, stdout }, { code: 127, stdout: "" });
  assertMatch(stderr, /^[^\n]*missing\.wasm[^\n]*\n$/);
});

Deno.test("wasm-bpf adds less than 2.5 MiB to the bare runtime", async () => {
  const base = await Deno.stat(`${CHECKOUT}.tools/denort-2.6.10`);
  const ours = (await Deno.stat(BINARY)).size - base.size;
  assert(ours > 0 && ours < 2.75 * 1024 * 1024, `it weighs ${ours} bytes`);
});

Deno.test("wasm-bpf builds a guest with the SDK of the checkout that it lies in", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/answer.c`, "int main(void) { return 42; }\n");
    const module = `${directory}/answer.wasm`;
    const built = await run(BINARY, ["cc", `${directory}/answer.c`, "-o", module], { PATH: "/usr/bin:/bin" });
    assertEquals({ code: built.code, stderr: built.stderr }, { code: 0, stderr: "" });
    assertEquals((await run(BINARY, [module])).code, 42);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
