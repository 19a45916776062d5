/** Faults: a killed process, missing descriptors and memory, a full disk, things that vanish, a stopped process. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { promises } from "../vm/kernel.ts";
import { directoryWith, example, type Finished, run, testGuest, WASM_BPF } from "./command.ts";
import { cgroupRoot } from "./mounts.ts";
import { hasTcx } from "./older_kernel.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const STAYS = `${CHECKOUT}.build/guests/libbpf/stays.wasm`;
const NETNS = `wasm_bpf_f_${Deno.pid}`;
const CGROUP = `${cgroupRoot()}/wasm_bpf_f_${Deno.pid}`;
const PATIENCE_MS = 10_000;
const HAS_TCX = await hasTcx();

// The tests count the kernel's programs by name, so that those of two checkouts must not run at once.
let lock: Deno.FsFile | undefined;
Deno.test.beforeAll(async () => {
  lock = await Deno.open("/tmp/wasm_bpf_faults_test.lock", { write: true, create: true });
  await lock.lock(true);
});
Deno.test.afterAll(() => lock?.close());

async function must(command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  assertEquals(code, 0, stderr);
  return stdout;
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A guest, by default outside {@link NETNS}, that has printed its first line. */
class Running {
  readonly child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  text = "";

  constructor(args: readonly string[], { netns = false } = {}) {
    const [command = "", ...before] = [...netns ? ["nsenter", `--net=/run/netns/${NETNS}`] : [], ...WASM_BPF];
    this.child = new Deno.Command(command, {
      args: [...before, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#reader = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async until(expected: RegExp): Promise<void> {
    while (!expected.test(this.text)) {
      const { value, done } = await this.#reader.read();
      assert(!done, `it ended after "${this.text}"`);
      this.text += value;
    }
  }

  /** Reads to the end. @returns the exit code, or the signal. */
  async end(): Promise<number | string> {
    for (let part = await this.#reader.read(); !part.done; part = await this.#reader.read()) this.text += part.value;
    const { code, signal } = await this.child.status;
    return signal ?? code;
  }

  async kill(signal: Deno.Signal): Promise<number | string> {
    this.child.kill(signal);
    return await this.end();
  }
}

/** The names of the kernel's programs that begin with "stays_" and belong to no other test. Waits until there are `count`. */
async function programs(count: number): Promise<string[]> {
  const start = performance.now();
  for (;;) {
    const list: { name?: string }[] = JSON.parse(await must("bpftool", "--json", "prog", "list"));
    const names = list.flatMap(({ name = "" }) => name.startsWith("stays_") ? [name] : []);
    if (names.length === count || performance.now() - start > PATIENCE_MS) return names;
    await delay(50);
  }
}

async function withNetwork(test: () => Promise<void>): Promise<void> {
  await must("ip", "netns", "add", NETNS);
  Deno.mkdirSync(CGROUP);
  try {
    await must("ip", "-n", NETNS, "link", "add", "one", "type", "veth", "peer", "name", "two");
    for (const name of ["lo", "one", "two"]) await must("ip", "-n", NETNS, "link", "set", name, "up");
    await test();
  } finally {
    await must("ip", "netns", "del", NETNS);
    Deno.removeSync(CGROUP);
  }
}

const LO = "1";
const PERMISSIONS = ["--allow-network", "--allow-persist", "--dir", `${CGROUP}::/cgroup`];

for (const phase of ["opened", "loaded", "attached", "closing"]) {
  Deno.test(`wasm-bpf that is killed when its object is ${phase} leaves nothing`, async () => {
    Deno.mkdirSync(CGROUP);
    try {
      const guest = new Running([...PERMISSIONS, STAYS, phase]);
      await guest.until(new RegExp(phase));
      assertEquals(await guest.kill("SIGKILL"), "SIGKILL");
      assertEquals(await programs(0), []);
    } finally {
      Deno.removeSync(CGROUP);
    }
  });
}

/** The attachments that a guest can leave, and what is in the kernel when the guest was killed. */
const WAYS = [
  { way: "xdp link", left: [] },
  ...HAS_TCX ? [{ way: "tcx link", left: [] }] : [],
  { way: "cgroup link", left: [] },
  // These need --allow-persist: the kernel keeps them, as it does for a native program.
  { way: "xdp", left: ["stays_xdp"] },
  { way: "tc", left: ["stays_tc"] },
  { way: "cgroup", left: ["stays_cgroup"] },
];

for (const { way, left } of WAYS) {
  Deno.test(`wasm-bpf that is killed with an attachment by ${way} leaves ${left.join() || "nothing"}`, () =>
    withNetwork(async () => {
      const allowed = left.length === 0 ? PERMISSIONS.filter((word) => word !== "--allow-persist") : PERMISSIONS;
      const guest = new Running([...allowed, STAYS, "attached", way, LO], { netns: true });
      await guest.until(/attached/);
      assertEquals(await guest.kill("SIGKILL"), "SIGKILL");
      assertEquals(await programs(left.length), left);
    }).then(async () => assertEquals(await programs(0), [])));

  for (const phase of ["attached", "looping"]) {
    Deno.test(`wasm-bpf --timeout detaches an attachment by ${way} of a guest that is ${phase}`, () =>
      withNetwork(async () => {
        const guest = new Running(["--timeout", "2s", ...PERMISSIONS, STAYS, phase, way, LO], { netns: true });
        await guest.until(new RegExp(phase));
        assertEquals(await guest.end(), 124);
        assertEquals(await programs(0), []);
      }));
  }
}

for (const { way } of WAYS.filter(({ left }) => left.length > 0)) {
  Deno.test(`an attachment by ${way} is refused without --allow-persist`, () =>
    withNetwork(async () => {
      const args = ["--allow-network", "--dir", `${CGROUP}::/cgroup`, STAYS, "attached", way, LO];
      const { code, stderr } = await run("nsenter", [`--net=/run/netns/${NETNS}`, ...WASM_BPF, ...args]);
      assertEquals(code, 3);
      assertMatch(
        stderr,
        /^wasm-bpf: Cannot call bpf_\w+_attach\(\): EPERM: it stays when the process is killed \(hint: --allow-persist allows it\)$/m,
      );
    }));
}

/** Kills a guest that has pinned, or has tried to. @returns the names of the pins and of the programs. */
async function killWithPin(host: readonly string[], pins: string): Promise<string[]> {
  const guest = new Running([...PERMISSIONS, ...host, STAYS, "attached", "pin", `${pins}/pin`]);
  await guest.until(/attached/);
  // The maps and the other programs of the object, too, are in the kernel now.
  assert((await programs(4)).length >= 4);
  assertEquals(await guest.kill("SIGKILL"), "SIGKILL");
  const entries = () => [...Deno.readDirSync(pins)].map(({ name }) => name);
  const kept = await programs(entries().length);
  return [...entries(), ...kept];
}

Deno.test("wasm-bpf that is killed leaves exactly its pin with --pin, and nothing without", async () => {
  const pins = `/sys/fs/bpf/wasm_bpf_f_${Deno.pid}`;
  Deno.mkdirSync(pins);
  Deno.mkdirSync(CGROUP);
  try {
    assertEquals(await killWithPin([], pins), []);
    assertEquals(await killWithPin(["--pin", pins], pins), ["pin", "stays_xdp"]);
  } finally {
    await must("rm", "-r", pins);
    Deno.removeSync(CGROUP);
  }
  assertEquals(await programs(0), []);
});

/** Runs a guest through `script`, in which `"$@"` is its command. */
function through(script: string, args: readonly string[]): Promise<Finished> {
  return run("timeout", ["--signal=KILL", "30", "bash", "-c", script, "-", ...WASM_BPF, ...args]);
}

/** True for lines of the host, of libbpf or of the guest: no panic, no stack of native code. */
function isPlain({ stderr }: Finished): boolean {
  return !/panicked|RUST_BACKTRACE|#\d+ 0x|==== C stack|internal error/.test(stderr);
}

Deno.test("wasm-bpf with few descriptors runs, or gives the reason", async () => {
  for (const most of [24, 28, 32, 36, 40, 48, 64]) {
    const finished = await through(`ulimit -n ${most}; exec "$@"`, [example("runqlat"), "1", "1"]);
    assert(finished.code === 0 || (finished.stderr !== "" && finished.code < 128), `${most}: ${finished.code}`);
    assert(isPlain(finished), finished.stderr);
  }
});

Deno.test("wasm-bpf with little memory runs, or ends with one line and 125, 126 or 134", async () => {
  for (const size of ["16MiB", "20MiB", "24MiB", "32MiB"]) {
    const finished = await through(`exec "$@"`, ["--memory", size, example("runqlat"), "1", "1"]);
    assert([0, 1, 125, 126, 134].includes(finished.code), `${size}: ${finished.code} ${finished.stderr}`);
    assert(isPlain(finished), finished.stderr);
    if (finished.code >= 125) assertMatch(finished.stderr, /^(wasm-bpf: .*\n|libbpf: .*\n)*wasm-bpf: [^\n]+\n$/);
  }
});

const MEMORY_V1 = "/sys/fs/cgroup/memory";

/** The file with the limit in a cgroup for memory, below its directory; undefined without a controller for memory. */
function memoryLimit(): [directory: string, file: string] | undefined {
  const name = `wasm_bpf_m_${Deno.pid}`;
  if (Deno.readTextFileSync("/proc/self/mounts").includes(` ${MEMORY_V1} cgroup `)) {
    return [`${MEMORY_V1}/${name}`, "memory.limit_in_bytes"];
  }
  const root = cgroupRoot();
  if (!/\bmemory\b/.test(Deno.readTextFileSync(`${root}/cgroup.controllers`))) return undefined;
  Deno.writeTextFileSync(`${root}/cgroup.subtree_control`, "+memory");
  return [`${root}/${name}`, "memory.max"];
}

Deno.test("a map that exceeds the memory of its cgroup gives the guest -ENOMEM and one line, and leaves nothing", async (test) => {
  if (!promises({ since: "5.11" })) {
    return console.log(`${test.name}: not tested: before Linux 5.11, maps do not count`);
  }
  const limit = memoryLimit();
  if (limit === undefined) return console.log(`${test.name}: not tested: neither cgroup v1 nor v2 controls memory`);
  const [directory, file] = limit;
  Deno.mkdirSync(directory);
  try {
    Deno.writeTextFileSync(`${directory}/${file}`, "400M");
    const within = [`${CHECKOUT}.build/guests/libbpf/large_map.wasm`];
    const script = `echo $$ >${directory}/cgroup.procs && exec "$@"`;
    assertEquals((await through(script, [...within, "1"])).stdout, "alone: 0\nin an object: 0\n");
    const finished = await through(script, [...within, "600"]);
    assertEquals([finished.code, finished.stdout], [0, "alone: -12\nin an object: -12\n"], finished.stderr);
    const lines = finished.stderr.split("\n").filter((line) => line.startsWith("wasm-bpf: "));
    assertEquals(lines, [
      `wasm-bpf: Cannot load object "large_map": ENOMEM: map 'stays_large': failed to create: Cannot allocate memory(-12)` +
      " (hint: it needs more memory than the kernel gives a map; the map is an array, key 4 bytes, value 1048576 bytes, 600 entries, no flags)",
    ]);
    assertEquals(await programs(0), []);
  } finally {
    Deno.removeSync(directory);
  }
});

Deno.test("wasm-bpf whose output fills a disk ends with the reason", async () => {
  await using files = await directoryWith({});
  const script = `mount -t tmpfs -o size=4k tmpfs ${files.path} && exec "$@" >${files.path}/output`;
  const words = ["--signal=KILL", "30", "unshare", "--mount", "bash", "-c", script, "-", ...WASM_BPF];
  const noise = setInterval(() => new Deno.Command("true").outputSync(), 5);
  const finished = await run("timeout", [...words, example("bootstrap")]).finally(() => clearInterval(noise));
  assertEquals([finished.code, finished.stderr], [1, "Cannot write to stdout: No space left on device\n"]);
});

Deno.test("a guest whose interface vanishes continues until its signal", async () => {
  await must("ip", "netns", "add", NETNS);
  try {
    await must("ip", "-n", NETNS, "link", "add", "one", "type", "veth", "peer", "name", "two");
    for (const name of ["one", "two"]) await must("ip", "-n", NETNS, "link", "set", name, "up");
    const packets = new Running([testGuest("packets"), "one"], { netns: true });
    const sockfilter = new Running([example("sockfilter"), "one"], { netns: true });
    const xdp = new Running(["--allow-network", example("xdp"), "one"], { netns: true });
    await packets.until(/ready/);
    await sockfilter.until(/PROTO/);
    await xdp.until(/./);
    await must("ip", "-n", NETNS, "link", "del", "one");
    await delay(300);
    assertEquals(await packets.kill("SIGTERM"), "SIGTERM");
    assertEquals(await sockfilter.kill("SIGTERM"), 0);
    assertEquals(await xdp.kill("SIGINT"), 0);
  } finally {
    await must("ip", "netns", "del", NETNS);
  }
});

Deno.test("a guest whose process vanishes ends by itself", async () => {
  const other = new Deno.Command("sleep", { args: ["30"] }).spawn();
  const guest = new Running([example("runqlat"), "-p", `${other.pid}`, "1", "2"]);
  await guest.until(/Tracing/);
  other.kill("SIGKILL");
  await other.status;
  assertEquals(await guest.end(), 0);
});

Deno.test("a guest that was stopped while events came shows each of them", async () => {
  const guest = new Running([example("bootstrap")]);
  // It prints this line after it has attached.
  await guest.until(/^TIME/);
  guest.child.kill("SIGSTOP");
  const name = `stop_${Deno.pid}`;
  await using files = await directoryWith({});
  Deno.symlinkSync("/bin/true", `${files.path}/${name}`);
  for (let i = 0; i < 100; i++) new Deno.Command(`${files.path}/${name}`).outputSync();
  // The guest shows events in their order, so that it has shown all others before this one.
  Deno.symlinkSync("/bin/true", `${files.path}/last_${Deno.pid}`);
  new Deno.Command(`${files.path}/last_${Deno.pid}`).outputSync();
  guest.child.kill("SIGCONT");
  await guest.until(new RegExp(` EXEC +last_${Deno.pid} `));
  assertEquals(await guest.kill("SIGINT"), 0);
  const lines = guest.text.split("\n").filter((line) => / EXEC +stop_/.test(line) && line.includes(name));
  assertEquals(lines.length, 100);
});

Deno.test("wasm-bpf that is killed while callbacks run leaves nothing", async () => {
  const guest = new Running([example("bootstrap")]);
  await guest.until(/^TIME/);
  const before = await names("handle_ex");
  assert(before >= 2);
  for (let i = 0; i < 20; i++) new Deno.Command("true").outputSync();
  assertEquals(await guest.kill("SIGKILL"), "SIGKILL");
  const start = performance.now();
  while (await names("handle_ex") > before - 2 && performance.now() - start < PATIENCE_MS) await delay(50);
  assert(await names("handle_ex") <= before - 2);
});

/** The number of the kernel's programs whose names begin with `prefix`. Other tests may have some, too. */
async function names(prefix: string): Promise<number> {
  const list: { name?: string }[] = JSON.parse(await must("bpftool", "--json", "prog", "list"));
  return list.filter(({ name = "" }) => name.startsWith(prefix)).length;
}
