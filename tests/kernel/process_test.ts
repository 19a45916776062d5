/** Tests the whole process: its memory, and the signals that end process 1 of a container. */

import { assert, assertEquals } from "@std/assert";
import { assemble } from "../../scripts/build_wat.ts";
import { run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const BOOTSTRAP = `${CHECKOUT}examples/bootstrap/bootstrap.wasm`;
const RUNQLAT = `${CHECKOUT}examples/runqlat/runqlat.wasm`;
const OUT_OF_MEMORY = "wasm-bpf: Cannot continue: out of memory (hint: --memory SIZE gives the guest more)\n";
const NO_ROOM = "wasm-bpf: Cannot run module: there is not enough memory for the memory and tables that it declares " +
  "(hint: --memory SIZE gives the guest more)\n";

async function moduleFile(bytes: Uint8Array) {
  const path = await Deno.makeTempFile({ suffix: ".wasm" });
  await Deno.writeFile(path, bytes);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** An unsigned LEB128 number. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

/** Nested blocks with a branch to each, and locals that the compiler keeps at every branch: 160 KB become gigabytes. */
function compileBomb(blocks: number, locals: number): Uint8Array {
  const I32 = 0x7f;
  const code: number[] = [1, ...leb(locals), I32];
  for (let i = 0; i < blocks; i++) code.push(0x02, 0x40);
  for (let i = 0; i < blocks; i++) code.push(0x41, 0, 0x0d, ...leb(i));
  for (let i = 0; i <= blocks; i++) code.push(0x0b);
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  return Uint8Array.from(
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
      .concat(section(1, [1, 0x60, 0, 0]), section(3, [1, 0]), section(5, [1, 0, 1]))
      .concat(section(7, [2, ...name("memory"), 2, 0, ...name("_start"), 0, 0]))
      .concat(section(10, [1, ...leb(code.length), ...code])),
  );
}

Deno.test("wasm-bpf ends a module that takes gigabytes to compile with one line and 134", async () => {
  await using bomb = await moduleFile(compileBomb(20_000, 50_000));
  assertEquals(await runWasmBpf([bomb.path]), { code: 134, stdout: "", stderr: OUT_OF_MEMORY });
});

Deno.test("wasm-bpf ends a module that is too large for the engine with one line and 134", async () => {
  // The engine's copy does not fit, and the engine crashes without a message.
  const padding = new Uint8Array(20 << 20);
  const module = assemble(`(module (memory (export "memory") 1) (func (export "_start")))`);
  const header = [0, ...leb(padding.length + 2), 1, "x".charCodeAt(0)];
  await using large = await moduleFile(new Uint8Array([...module, ...header]));
  await Deno.writeFile(large.path, padding, { append: true });
  const finished = await runWasmBpf(["--memory", "64MiB", large.path]);
  assertEquals(finished, { code: 134, stdout: "", stderr: OUT_OF_MEMORY });
  assertEquals((await runWasmBpf([large.path])).code, 0);
});

Deno.test("wasm-bpf ends a guest whose tables do not fit with one line and 134", async () => {
  const tables = Array.from({ length: 8 }, () => "(table 1000000 externref)").join("");
  await using bomb = await moduleFile(
    assemble(`(module ${tables} (memory (export "memory") 1) (func (export "_start")))`),
  );
  assertEquals(await runWasmBpf(["--memory", "16MiB", bomb.path]), { code: 134, stdout: "", stderr: OUT_OF_MEMORY });
});

Deno.test("wasm-bpf ends a guest that fills the engine's heap with one line and 134", async () => {
  await using bomb = await moduleFile(assemble(`(module (type $list (struct (field (ref null $list)) (field i64)))
    (memory (export "memory") 1) (func (export "_start") (local $all (ref null $list))
      (loop $again (local.set $all (struct.new $list (local.get $all) (i64.const 1))) (br $again))))`));
  const finished = await runWasmBpf(["--allow-gc", "--memory", "64MiB", bomb.path]);
  assertEquals(finished, { code: 134, stdout: "", stderr: OUT_OF_MEMORY });
});

Deno.test("wasm-bpf --memory: memory.grow fails at the limit", async () => {
  // Grows by 1 MiB until growing fails, and exits with the number of steps of 16 MiB.
  const text = `(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 0) (func (export "_start")
      (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      (call $exit (i32.div_u (memory.size) (i32.const 256)))))`;
  await using guest = await moduleFile(assemble(text));
  const steps = async (size: readonly string[]) => {
    const { code, stderr } = await runWasmBpf([...size, guest.path]);
    assertEquals(stderr, "");
    return code;
  };
  const [small, large, usual] = [
    await steps(["--memory", "256MiB"]),
    await steps(["--memory=512MiB"]),
    await steps([]),
  ];
  // The runtime takes a few MiB of the limit.
  assert(small >= 14 && small < 16, `${small}`);
  assert(large >= 30 && large < 32, `${large}`);
  assertEquals(usual, small);
});

Deno.test("wasm-bpf names --memory for a guest with more memory than the limit", async () => {
  await using guest = await moduleFile(
    assemble(`(module (memory (export "memory") 20000) (func (export "_start")))`),
  );
  assertEquals(await runWasmBpf([guest.path]), { code: 134, stdout: "", stderr: NO_ROOM });
  assertEquals(await runWasmBpf(["--memory", "2GiB", guest.path]), { code: 0, stdout: "", stderr: "" });
  assertEquals(await runWasmBpf(["--memory", "unlimited", guest.path]), { code: 0, stdout: "", stderr: "" });
});

Deno.test("wasm-bpf --memory 32MiB is enough for a guest with a ring buffer and CO-RE", async () => {
  assertEquals((await runWasmBpf(["--memory", "32MiB", testGuest("ring_records")])).code, 0);
  assertEquals((await runWasmBpf(["--memory", "32MiB", RUNQLAT, "1", "1"])).stderr, "");
});

Deno.test("wasm-bpf lowers the limit of the process, and never raises it", async () => {
  const limits = async (before: string) => {
    const child = new Deno.Command("bash", {
      args: ["-c", `${before} exec "$0" "$@"`, ...WASM_BPF, "--memory", "1GiB", BOOTSTRAP],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    const text = await Deno.readTextFile(`/proc/${child.pid}/limits`);
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
    return Number(/^Max data size +(\d+)/m.exec(text)?.[1]);
  };
  const own = await limits("");
  assert(own > 2 ** 30 && own < 2 * 2 ** 30, `${own}`);
  assertEquals(await limits("ulimit -d 900000;"), 900000 * 1024);
});

Deno.test("wasm-bpf reports that the limits need /proc, and runs without them", async () => {
  const script = `mount -t tmpfs tmpfs /proc && exec "$0" "$@"`;
  const [deno = "", ...words] = WASM_BPF;
  const without = (args: readonly string[]) =>
    run("unshare", ["--mount", "bash", "-c", script, deno, ...words, ...args, testGuest("exit_code"), "3"]);
  assertEquals(await without([]), {
    code: 125,
    stdout: "",
    stderr: "wasm-bpf: Cannot limit memory: ENOENT: /proc/self/statm cannot be read " +
      "(hint: mount /proc, or give --memory unlimited)\n",
  });
  assertEquals(await without(["--memory", "unlimited"]), {
    code: 125,
    stdout: "",
    stderr: "wasm-bpf: Cannot confine process: ENOENT: /proc is not mounted " +
      "(hint: --keep-caps leaves the process as it is)\n",
  });
  assertEquals((await without(["--memory", "unlimited", "--keep-caps"])).code, 3);
});

Deno.test("wasm-bpf refuses an endless module", async () => {
  const { code, stderr } = await runWasmBpf(["--memory", "1GiB", "/dev/zero"]);
  assertEquals([code, stderr], [126, 'wasm-bpf: Cannot read "/dev/zero": EFBIG: it has more than 256 MiB\n']);
  const short = await runWasmBpf(["--memory", "64MiB", "/dev/zero"]);
  assertEquals([short.code, short.stderr], [126, 'wasm-bpf: Cannot read "/dev/zero": ENOMEM: out of memory\n']);
});

/** Runs a command in its own PID namespace. @returns the exit code that `unshare` saw. */
function asFirstProcess(words: readonly string[]): Deno.ChildProcess {
  return new Deno.Command("unshare", {
    args: ["--pid", "--fork", "--kill-child", "--mount-proc", ...words],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** The only child of a process. Waits until it has run for a while. */
async function childOf(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return Number(await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`));
}

for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1], ["SIGQUIT", 3]] as const) {
  Deno.test(`wasm-bpf as process 1 of a container ends on ${signal} with ${128 + number}`, async () => {
    await using busy = await moduleFile(
      assemble(`(module (memory (export "memory") 1) (func (export "_start") (loop $again (br $again))))`),
    );
    // bootstrap has a handler for two of them, and then ends by itself.
    const handled = number === 2 || number === 15;
    for (
      const [words, expected] of [
        [[busy.path], 128 + number],
        [[testGuest("packets"), "lo"], 128 + number],
        [[BOOTSTRAP], handled ? 0 : 128 + number],
      ] as const
    ) {
      const namespace = asFirstProcess([...WASM_BPF, ...words]);
      Deno.kill(await childOf(namespace.pid), signal);
      const late = setTimeout(() => namespace.kill("SIGKILL"), 3000);
      const { code, signal: killed, stderr } = await namespace.output();
      clearTimeout(late);
      assertEquals([code, killed, new TextDecoder().decode(stderr)], [expected, null, ""], words[0]);
    }
  });
}

Deno.test("wasm-bpf as process 1 ends when its reader has gone, even if the guest ignores that", async () => {
  await using guest = await moduleFile(assemble(`(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\05\\00\\00\\00") (data (i32.const 16) "line\\n")
    (func (export "_start")
      (loop $again (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br $again))))`));
  const namespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const script = `"$0" "$@" | head -1; echo "\${PIPESTATUS[0]}"`;
  const { stdout } = await run("timeout", [
    "--signal=KILL",
    "10",
    "bash",
    "-c",
    script,
    ...namespace,
    ...WASM_BPF,
    guest.path,
  ]);
  assertEquals(stdout, "line\n141\n");
});
