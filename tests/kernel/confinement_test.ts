/** Tests the confinement of the command line's process: capabilities, files, system calls. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assemble } from "../../scripts/build_wat.ts";
import { CAPABILITY } from "../../ffi/system/linux_numbers.ts";
import { directoryWith, example, run, WASM_BPF } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const BOOTSTRAP = example("bootstrap");

const set = (...names: (keyof typeof CAPABILITY)[]) => names.reduce((bits, name) => bits | 1n << CAPABILITY[name], 0n);
const KEPT = set(
  "CAP_BPF",
  "CAP_PERFMON",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_SYS_ADMIN",
  "CAP_DAC_READ_SEARCH",
  "CAP_SYS_PTRACE",
  "CAP_SYSLOG",
  "CAP_IPC_LOCK",
  "CAP_KILL",
);

/** The fields of /proc/PID/task/TID/status for each thread of a guest that prints its first line. */
async function threadsOf(words: readonly string[]): Promise<Record<string, string>[]> {
  const [command = "", ...args] = words;
  const child = new Deno.Command(command, { args, stdin: "null", stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const tasks = [...Deno.readDirSync(`/proc/${child.pid}/task`)];
  const texts = tasks.map(({ name }) => Deno.readTextFileSync(`/proc/${child.pid}/task/${name}/status`));
  child.kill("SIGKILL");
  await reader.cancel();
  await child.status;
  return texts.map((text) => Object.fromEntries(text.trim().split("\n").map((line) => line.split(/:\s*/, 2))));
}

const fields = ({ CapInh, CapPrm, CapEff, CapBnd, CapAmb, NoNewPrivs, Seccomp }: Record<string, string>) => ({
  ...{ CapInh, CapPrm, CapEff, CapBnd, CapAmb, NoNewPrivs, Seccomp },
});

const hex = (bits: bigint) => bits.toString(16).padStart(16, "0");
const NONE = hex(0n);
const FILTERED = "2";

Deno.test("every thread of a running guest has the capabilities of the documents, no_new_privs and a filter", async () => {
  for (let i = 0; i < 3; i++) {
    const threads = await threadsOf([...WASM_BPF, BOOTSTRAP]);
    assert(threads.length >= 2);
    const kept = hex(KEPT);
    for (const thread of threads) {
      assertEquals(fields(thread), {
        ...{ CapInh: NONE, CapPrm: kept, CapEff: kept, CapBnd: kept, CapAmb: NONE },
        ...{ NoNewPrivs: "1", Seccomp: FILTERED },
      });
    }
  }
});

Deno.test("a directory to write to keeps the capabilities for other users' files, and one to read does not", async () => {
  await using files = await directoryWith({});
  const [writing] = await threadsOf([...WASM_BPF, "--dir", files.path, BOOTSTRAP]);
  assertEquals(writing?.["CapEff"], hex(KEPT | set("CAP_DAC_OVERRIDE", "CAP_FOWNER")));
  const [reading] = await threadsOf([...WASM_BPF, "--dir", `${files.path}::/x:ro`, BOOTSTRAP]);
  assertEquals(reading?.["CapEff"], hex(KEPT));
});

Deno.test("wasm-bpf --keep-caps leaves the process as it is", async () => {
  const own = Deno.readTextFileSync("/proc/self/status");
  const threads = await threadsOf([...WASM_BPF, "--keep-caps", BOOTSTRAP]);
  for (const { CapEff, CapBnd, NoNewPrivs, Seccomp } of threads) {
    assertMatch(own, new RegExp(`^CapEff:\t${CapEff}$`, "m"));
    assertMatch(own, new RegExp(`^CapBnd:\t${CapBnd}$`, "m"));
    assertEquals([NoNewPrivs, Seccomp], [/^NoNewPrivs:\t(.)/m.exec(own)?.[1], /^Seccomp:\t(.)/m.exec(own)?.[1]]);
  }
});

Deno.test("a process with few capabilities gets no others", async () => {
  await using files = await directoryWith({ "wait.wasm": assemble(PRINT_AND_WAIT) });
  const few = ["setpriv", "--bounding-set=-all,+bpf,+perfmon,+chown", "--inh-caps=-all"];
  const [thread] = await threadsOf([...few, ...WASM_BPF, `${files.path}/wait.wasm`]);
  assertEquals(thread?.["CapEff"], hex(set("CAP_BPF", "CAP_PERFMON")));
});

/** Prints a line, and sleeps for a minute. */
const PRINT_AND_WAIT = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\05\\00\\00\\00") (data (i32.const 16) "line\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.store (i32.const 80) (i32.const 1)) (i64.store (i32.const 88) (i64.const 60000000000))
    (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 8)))))`;

async function child(args: readonly string[]): Promise<unknown> {
  const words = ["run", "--no-check", "--quiet", "-A", `${CHECKOUT}tests/kernel/confined_child.ts`, ...args];
  const { code, stdout, stderr } = await run(Deno.execPath(), words);
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("confineProcess() forbids other programs, processes, identities, connections and mounts", async () => {
  await using files = await directoryWith({ file: "" });
  assertEquals(await child(["calls", `${files.path}/file`]), {
    execve: "EPERM",
    fork: "EPERM",
    ptrace: "EPERM",
    unshare: "EPERM",
    mount: "EPERM",
    chroot: "EPERM",
    setuid: "EPERM",
    "kill another": "EPERM",
    "look for another": "0",
    "kill itself": "0",
    "socket of IPv4": "0",
    "socket of IPv6": "EAFNOSUPPORT",
    "socket of netlink": "0",
    "socket of packets": "0",
    connect: "EPERM",
    "send to an address": "EPERM",
    "send to no address": "EBADF",
    "input to a terminal": "EPERM",
    "set-user-ID": "EPERM",
    "set-group-ID": "EPERM",
    chmod: "0",
    chown: "EPERM",
    "a new call": "ENOSYS",
  });
});

const landlock = hasLandlock();

/** True if this kernel has the second version of Landlock. */
function hasLandlock(): boolean {
  const libc = Deno.dlopen("libc.so.6", { syscall: { parameters: ["i64", "pointer", "u64", "u32"], result: "i64" } });
  const found = libc.symbols.syscall(444n, null, 0n, 1);
  libc.close();
  return found >= 2n;
}

Deno.test("confineProcess() allows only the given files", { ignore: !landlock }, async () => {
  await using read = await directoryWith({ file: "", second: "" });
  await using write = await directoryWith({ file: "", second: "" });
  await using other = await directoryWith({ file: "", second: "" });
  for (const { path } of [read, write, other]) Deno.mkdirSync(`${path}/sub`);
  const operations = ["list", "read", "write", "create", "make", "link", "move", "remove"];
  const expected = (name: string, allowed: readonly string[]) =>
    operations.map((one) => [`${name}: ${one}`, allowed.includes(one) ? "0" : "EACCES"]);
  assertEquals(
    await child(["files", read.path, write.path, other.path]),
    Object.fromEntries([
      ...expected("read", ["list", "read"]),
      ...expected("write", operations),
      ...expected("other", []),
    ]),
  );
});

/** A system call in the output of strace. */
interface TracedCall {
  readonly thread: string;
  readonly name: string;
  readonly text: string;
}

/** Runs a guest under strace. @returns its calls in order, without those that strace could not show in one line. */
async function traced(args: readonly string[]): Promise<TracedCall[]> {
  const output = await Deno.makeTempFile();
  try {
    const { code, stderr } = await run("strace", [
      "-f",
      "-qq",
      "-e",
      "signal=none",
      "-o",
      output,
      ...WASM_BPF,
      ...args,
    ]);
    assertEquals(code, 0, stderr);
    const lines = (await Deno.readTextFile(output)).split("\n");
    return lines.flatMap((line) => {
      const [, thread = "", name = "", text = ""] = /^(\d+) +(?:<\.\.\. )?(\w+)(.*)$/.exec(line) ?? [];
      return name === "" ? [] : [{ thread, name, text }];
    });
  } finally {
    await Deno.remove(output);
  }
}

const hasStrace = (await run("sh", ["-c", "command -v strace"])).code === 0;

Deno.test(
  "strace shows that every thread is confined before the guest loads, and no forbidden call or file after that",
  {
    ignore: !hasStrace || !landlock,
  },
  async () => {
    const calls = await traced([example("runqlat"), "1", "1"]);
    const filter = calls.findIndex(({ name, text }) =>
      name === "seccomp" && text.includes("SECCOMP_FILTER_FLAG_TSYNC")
    );
    const load = calls.findIndex(({ name, text }) => name === "bpf" && text.includes("BPF_PROG_LOAD"));
    assert(filter > 0 && load > filter);
    const confined = calls.slice(0, load);
    const threads = new Set(confined.map(({ thread }) => thread));
    const ended = new Set(confined.filter(({ name }) => name === "exit").map(({ thread }) => thread));
    for (const name of ["landlock_restrict_self", "capset"]) {
      const done = new Set(confined.filter((call) => call.name === name).map(({ thread }) => thread));
      const missing = [...threads].filter((thread) => !done.has(thread) && !ended.has(thread));
      assertEquals(missing, [], name);
    }
    const after = calls.slice(filter + 1);
    const forbidden = /^(execve|fork|vfork|connect|mount|ptrace|setuid|unshare|chown|io_uring_setup|userfaultfd)$/;
    assertEquals(after.filter(({ name }) => forbidden.test(name)), []);
    const opened = after.flatMap(({ name, text }) => /^open/.test(name) ? /"([^"]*)"/.exec(text)?.[1] ?? [] : []);
    assertEquals(
      opened.filter((path) => !/^(\/(sys|proc|boot|etc\/localtime|usr\/share\/zoneinfo)\b|[^/])/.test(path)),
      [],
    );
    assert(opened.length > 0);
  },
);

/** Waits until a process runs the program `name`. */
async function untilRuns(pid: number, name: string): Promise<void> {
  for (let i = 0; Deno.readTextFileSync(`/proc/${pid}/comm`).trim() !== name; i++) {
    assert(i < 1000, `process ${pid} does not run ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("a guest probes a function of a file that it reaches through /proc/PID/root", async () => {
  const libc = /\S+\/libc\.so\.6$/m.exec(Deno.readTextFileSync("/proc/self/maps"))?.[0] ?? "";
  // A process of another user, which has a mount namespace of its own.
  const words = ["--mount", "setpriv", "--reuid=65534", "--clear-groups", "sleep", "30"];
  const other = new Deno.Command("unshare", { args: words }).spawn();
  try {
    await untilRuns(other.pid, "sleep");
    const binary = `/proc/${other.pid}/root${libc}`;
    const [command = "", ...before] = WASM_BPF;
    const args = [...before, example("uprobe"), binary, "getpgid"];
    const guest = new Deno.Command(command, { args, stdin: "null", stdout: "piped" }).spawn();
    const reader = guest.stdout.getReader();
    // It prints this line after it has attached.
    assertMatch(new TextDecoder().decode((await reader.read()).value), /^PID /);
    guest.kill("SIGKILL");
    await reader.cancel();
    await guest.status;
  } finally {
    other.kill();
    await other.status;
  }
});
