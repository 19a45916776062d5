/** Runs the examples as a user does. Numbers of events are exact where they are known. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run, runWasmBpf } from "./command.ts";
import { hasBpfLsm } from "./kernel_features.ts";
import { cgroupRoot } from "./mounts.ts";
import { example, RunningExample } from "./running_example.ts";
import { shell } from "./shell.ts";
import { uniqueProgram } from "./unique_program.ts";

/** An emulated machine takes a tenth of a second for each process. */
const PROCESSES = Number(Deno.env.get("EXAMPLE_PROCESSES") ?? 500);

Deno.test(`bootstrap shows ${PROCESSES} EXEC and ${PROCESSES} EXIT lines for ${PROCESSES} processes`, async () => {
  await using program = await uniqueProgram("/bin/true");
  await using bootstrap = await RunningExample.start("bootstrap");
  assertEquals(bootstrap.header, "TIME     EVENT COMM             PID     PPID    FILENAME/EXIT CODE");
  await shell(`for ((i = 0; i < ${PROCESSES}; i++)); do ${program.path}; done`);
  const exits = await bootstrap.matching(new RegExp(` EXIT  ${program.name} `), PROCESSES);
  const starts = await bootstrap.matching(new RegExp(` EXEC  ${program.name} `), PROCESSES);
  assertEquals([starts.length, exits.length], [PROCESSES, PROCESSES]);
  assertMatch(
    starts[0] ?? "",
    new RegExp(`^\\d\\d:\\d\\d:\\d\\d EXEC  ${program.name}       \\d+ +\\d+ +${program.path}$`),
  );
  assertMatch(
    exits[0] ?? "",
    new RegExp(`^\\d\\d:\\d\\d:\\d\\d EXIT  ${program.name}       \\d+ +\\d+ +\\[0\\] \\(\\d+ms\\)$`),
  );
});

/** Endless examples with their arguments. */
const ENDLESS: Readonly<Record<string, readonly string[]>> = {
  bootstrap: [],
  runqlat: [],
  execve: [],
  opensnoop: [],
  xdp: ["lo"],
  sockfilter: ["lo"],
  sockops: [cgroupRoot()],
  uprobe: ["libc.so.6", "getpgid"],
};

for (const [name, args] of Object.entries(ENDLESS)) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.test(`${name} ends by itself on ${signal}, with exit code 0`, async () => {
      await using running = await RunningExample.start(name, args);
      const start = performance.now();
      const { status, stderr } = await running.stop(signal);
      assertEquals([status.code, status.signal, stderr], [0, null, ""]);
      assert(performance.now() - start < 3000);
    });
  }
}

Deno.test("bootstrap shows the exit code of a process", async () => {
  await using program = await uniqueProgram("/bin/sh");
  await using bootstrap = await RunningExample.start("bootstrap");
  await run(program.path, ["-c", "exit 42"]);
  const [exit] = await bootstrap.matching(new RegExp(` EXIT  ${program.name} `), 1);
  assertMatch(exit ?? "", / \[42\] \(/);
});

Deno.test("bootstrap -d shows only the ends of processes that ran long enough", async () => {
  await using program = await uniqueProgram("/bin/sleep");
  await using bootstrap = await RunningExample.start("bootstrap", ["-d", "1500"]);
  await shell(`${program.path} 0.01; ${program.path} 1.6; ${program.path} 0.02`);
  const lines = await bootstrap.matching(new RegExp(program.name), 1);
  assertEquals(lines.length, 1);
  assertMatch(lines[0] ?? "", / EXIT .* \[0\] \((1[6-9]|[2-9]\d)\d\dms\)$/);
});

const HISTOGRAM_ROW = /^ +\d+ -> \d+ +: \d+ +\|[* ]{40}\|$/;

Deno.test("runqlat prints a histogram every interval and ends by itself", async () => {
  // Threads that wait while the last interval is printed belong to the next one.
  const busy = new Deno.Command("sh", { args: ["-c", "timeout 3 yes | tr y n >/dev/null"] }).spawn();
  const { code, stdout, stderr } = await runWasmBpf([example("runqlat"), "1", "2"]);
  await busy.status;
  assertEquals([code, stderr], [0, ""]);
  const [first, ...lines] = stdout.trimEnd().split("\n");
  assertEquals(first, "Tracing run queue latency... Hit Ctrl-C to end.");
  const header = "     usecs               : count    distribution";
  assertEquals(lines.filter((line) => line === header).length, 2);
  for (const line of lines.filter((line) => line !== "" && line !== header)) assertMatch(line, HISTOGRAM_ROW);
});

Deno.test("runqlat -mP prints a histogram for each process, in milliseconds", async () => {
  const { code, stdout } = await runWasmBpf([example("runqlat"), "-mP", "1", "1"]);
  assertEquals(code, 0);
  assertMatch(stdout, /\npid = \d+ \S+\n {5}msecs {15}: count {4}distribution\n/);
});

Deno.test("runqlat -p counts the threads of one process only", async () => {
  await using program = await uniqueProgram("/bin/bash");
  const busy = new Deno.Command(program.path, { args: ["-c", "for i in {1..6000}; do read -t 0.01 <> <(:); done"] })
    .spawn();
  const { stdout } = await runWasmBpf([example("runqlat"), "-P", "-p", `${busy.pid}`, "1", "1"]);
  busy.kill();
  await busy.status;
  assertEquals([...stdout.matchAll(/^pid = .*$/gm)].map(String), [`pid = ${busy.pid} ${program.name}`]);
});

Deno.test("execve shows whole command lines", async () => {
  await using program = await uniqueProgram("/bin/true");
  await using execve = await RunningExample.start("execve");
  assertEquals(execve.header, "PID     PPID    UID    PARENT           COMMAND");
  await shell(`${program.path} one 'two words' '' $'\\t'; ${program.path} $(printf 'x%.0s' {1..5000})`);
  const [short, long] = await execve.matching(new RegExp(`^\\d+ +\\d+ +0 +\\S+ +${program.path} `), 2);
  assertMatch(short ?? "", / one 'two words' '' '\?'$/);
  assertMatch(long ?? "", / x{3900,4096} \.\.\.$/);
});

Deno.test("opensnoop shows opened files and failures", async () => {
  await using program = await uniqueProgram("/bin/cat");
  await using opensnoop = await RunningExample.start("opensnoop", ["-T", "-n", program.name]);
  assertEquals(opensnoop.header, "TIME     PID     COMM              FD ERR PATH");
  const there = `${program.directory}/there`, missing = `${program.directory}/missing`;
  await shell(`touch ${there}; ${program.path} ${there} ${missing} 2>&1 || true`);
  const lines = await opensnoop.matching(new RegExp(program.directory), 2);
  assertEquals(lines.length, 2);
  assertMatch(lines[0] ?? "", new RegExp(`^\\d\\d:\\d\\d:\\d\\d \\d+ +${program.name} +\\d+   0 ${there}$`));
  assertMatch(lines[1] ?? "", new RegExp(` +${program.name} +-1   2 ${missing}$`));
  assertEquals(opensnoop.lines.filter((line) => !line.includes(program.name)), []);
});

Deno.test("opensnoop -x -p shows the failures of one process", async () => {
  const reader = new Deno.Command("bash", {
    args: ["-c", "read; : </etc/hostname; : </no/such/file"],
    stdin: "piped",
    stderr: "null",
  }).spawn();
  await using opensnoop = await RunningExample.start("opensnoop", ["-x", "-p", `${reader.pid}`]);
  const stdin = reader.stdin.getWriter();
  await stdin.write(new TextEncoder().encode("\n"));
  await stdin.close();
  await reader.status;
  const lines = await opensnoop.matching(/\/no\/such\/file$/, 1);
  assertEquals(lines.length, 1);
  assertEquals(opensnoop.lines.filter((line) => !line.startsWith(`${reader.pid} `) || !line.includes(" -1 ")), []);
});

Deno.test("sockfilter shows each of 20 packets once", async () => {
  await using sockfilter = await RunningExample.start("sockfilter", ["lo"]);
  assertEquals(sockfilter.header, "PROTO  SOURCE                DESTINATION           BYTES");
  await shell("for i in {1..20}; do echo hello >/dev/udp/127.0.0.1/47613; done");
  const lines = await sockfilter.matching(/127\.0\.0\.1:47613 /, 20);
  assertEquals(lines.length, 20);
  for (const line of lines) assertMatch(line, /^UDP {4}127\.0\.0\.1:\d+ +127\.0\.0\.1:47613 +34$/);
});

Deno.test("sockops shows both sides of each of 10 connections", async () => {
  await using sockops = await RunningExample.start("sockops", [cgroupRoot()]);
  assertEquals(sockops.header, "SIDE     LOCAL                 REMOTE                 RTT(us)");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (let i = 0; i < 10; i++) {
    const [client, server] = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), listener.accept()]);
    client.close();
    server.close();
  }
  const connects = await sockops.matching(
    new RegExp(`^connect +127\\.0\\.0\\.1:\\d+ +127\\.0\\.0\\.1:${port} +\\d+$`),
    10,
  );
  const accepts = await sockops.matching(
    new RegExp(`^accept +127\\.0\\.0\\.1:${port} +127\\.0\\.0\\.1:\\d+ +\\d+$`),
    10,
  );
  assertEquals([connects.length, accepts.length], [10, 10]);
});

Deno.test("xdp counts each of 30 packets that come in by a veth", async () => {
  const id = crypto.randomUUID().slice(0, 8);
  const inside = `ip netns exec wb${id}`;
  await shell(`ip netns add wb${id}
    ip link add wb${id} type veth peer name peer netns wb${id}
    ip addr add 192.0.2.1/24 dev wb${id} && ip link set wb${id} up
    ${inside} ip addr add 192.0.2.2/24 dev peer && ${inside} ip link set peer up
    ${inside} ip neigh add 192.0.2.1 dev peer lladdr $(cat /sys/class/net/wb${id}/address)`);
  try {
    await using xdp = await RunningExample.start("xdp", [`wb${id}`, "1"]);
    await shell(`${inside} bash -c 'for i in {1..30}; do echo hello >/dev/udp/192.0.2.1/47613; done'`);
    const counts = () => xdp.lines.filter((line) => line.startsWith("UDP ")).map((line) => line.split(/ +/).slice(1));
    const sum = (column: number) => counts().reduce((total, row) => total + Number(row[column]), 0);
    await xdp.waitFor(() => sum(0) >= 30);
    assertEquals([sum(0), sum(1)], [30, 30 * (14 + 20 + 8 + 6)]);
  } finally {
    await shell(`ip link del wb${id}; ip netns del wb${id}`);
  }
});

Deno.test("uprobe shows each call of a function, with its argument and result", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${directory}/target.c`,
      `__attribute__((noinline)) long twice(long n) { __asm__ volatile(""); return 2 * n; }
       int main(void) { long sum = 0; for (long i = 0x100; i < 0x105; i++) sum += twice(i); return sum == 0; }`,
    );
    await shell(`gcc -O1 -o ${directory}/target ${directory}/target.c`);
    await using uprobe = await RunningExample.start("uprobe", [`${directory}/target`, "twice"]);
    await shell(`${directory}/target`);
    const lines = await uprobe.matching(/ target /, 5);
    assertEquals(
      lines.map((line) => line.split(/ +/).slice(3, 5)),
      [0x100, 0x101, 0x102, 0x103, 0x104].map((n) => [`0x${n.toString(16)}`, `0x${(2 * n).toString(16)}`]),
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test({
  name: "lsm keeps a directory from being removed (needs `bpf` in lsm=, and no lockdown)",
  ignore: !hasBpfLsm(),
  fn: async () => {
    const directory = await Deno.makeTempDir();
    // The longest name that lsm takes, and one that begins with it.
    const kept = `wb${crypto.randomUUID()}`.padEnd(63, "x");
    await shell(`mkdir ${directory}/${kept} ${directory}/${kept}y`);
    {
      await using lsm = await RunningExample.start("lsm", [kept]);
      const refused = await run("rmdir", [`${directory}/${kept}`]);
      assertStringIncludes(refused.stderr, "Operation not permitted");
      await shell(`rmdir ${directory}/${kept}y`);
      const lines = await lsm.matching(new RegExp(`rmdir +${kept}$`), 1);
      assertEquals(lines.length, 1);
    }
    await shell(`rmdir ${directory}/${kept} ${directory}`);
  },
});
