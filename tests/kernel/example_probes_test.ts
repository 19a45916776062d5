/** Runs the examples with probes of functions, in programs and in the kernel. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasFentry, hasKprobes, kernelHas } from "./kernel_features.ts";
import { RunningExample } from "./running_example.ts";
import { shell } from "./shell.ts";
import { compiledProgram } from "./unique_program.ts";

/** A program with a USDT probe. */
const probedProgram = () => compiledProgram("usdt_arguments.c");

Deno.test("usdt shows each hit of one process, with arguments of every kind", async () => {
  await using program = await probedProgram();
  const process = new Deno.Command(program.path, { stdin: "piped" }).spawn();
  await using usdt = await RunningExample.start("usdt", [
    ...["-s", "-p", `${process.pid}`],
    ...[program.path, "wasm_bpf", "work"],
  ]);
  assertEquals(usdt.header, "PID     COMM             ARGUMENTS");
  await process.stdin.close();
  assertEquals((await process.status).code, 0);
  const lines = await usdt.matching(/^/, 5);
  const start = `${process.pid}`.padEnd(8) + program.name.padEnd(17);
  assertEquals(lines.map((line) => line.slice(0, start.length)), Array(5).fill(start));
  const rest = lines.map((line) => line.slice(start.length));
  assertMatch(rest[2] ?? "", /^0 (0x[0-9a-f]+|\d+) -7$/); // an empty text
  assertEquals(rest.toSpliced(2, 1), ['-2000 "one" -7', '-1000 "two" -7', '1000 "four" -7', '2000 "five" -7']);
  const { status, stderr } = await usdt.stop();
  assertEquals([status.code, stderr], [0, ""]);
});

Deno.test({
  name: "usdt shows the hits of all processes (needs Linux 5.15)",
  ignore: !kernelHas("BPF_FUNC_get_attach_cookie"),
  fn: async () => {
    await using program = await probedProgram();
    await using usdt = await RunningExample.start("usdt", [program.path, "wasm_bpf", "work"]);
    await shell(`for i in 1 2 3; do ${program.path} </dev/null; done`);
    const lines = await usdt.matching(new RegExp(` ${program.name} `), 15);
    assertEquals(lines.length, 15);
    assert(lines.every((line) => /^\d+ +\S+ +-?\d+ (0x[0-9a-f]+|\d+) -7$/.test(line)), lines.join("\n"));
  },
});

/** A script in which chroot, without the capability for it, is refused. */
const REFUSED = "setpriv --reuid 65534 --clear-groups chroot / true 2>/dev/null || true";

Deno.test({
  name: "kprobe shows each check of a capability, allowed and refused (needs kprobes)",
  ignore: !hasKprobes(),
  fn: async () => {
    await using kprobe = await RunningExample.start("kprobe");
    assertEquals(kprobe.header, "PID     UID    COMM             RESULT  CAPABILITY");
    await shell(`for i in 1 2 3; do chroot / true; ${REFUSED}; done`);
    const refused = await kprobe.matching(/^\d+ +65534 +chroot +refused CAP_SYS_CHROOT$/, 3);
    assertEquals(refused.length, 3);
    assertEquals(kprobe.lines.filter((line) => /^\d+ +0 +chroot +allowed CAP_SYS_CHROOT$/.test(line)).length, 3);
    const { status, stderr } = await kprobe.stop();
    assertEquals([status.code, stderr], [0, ""]);
  },
});

Deno.test({
  name: "kprobe -x -p shows the refusals of one process (needs kprobes)",
  ignore: !hasKprobes(),
  fn: async () => {
    const script = `read; exec ${REFUSED}`;
    const process = new Deno.Command("bash", { args: ["-c", script], stdin: "piped" }).spawn();
    await using kprobe = await RunningExample.start("kprobe", ["-x", "-p", `${process.pid}`]);
    await shell(REFUSED);
    await process.stdin.close();
    await process.status;
    const lines = await kprobe.matching(/CHROOT/, 1);
    assertMatch(lines[0] ?? "", new RegExp(`^${process.pid} +65534 +chroot +refused CAP_SYS_CHROOT$`));
    assertEquals(kprobe.lines.filter((line) => !line.startsWith(`${process.pid} `) || !/ refused /.test(line)), []);
  },
});

Deno.test({
  name: "ksyscall shows each signal, with its receiver and the result (needs kprobes)",
  ignore: !hasKprobes(),
  fn: async () => {
    await using ksyscall = await RunningExample.start("ksyscall");
    assertEquals(ksyscall.header, "PID     COMM             TARGET  RESULT SIGNAL MEANING");
    const receiver = await shell(`sleep 100 >/dev/null & echo $!
      kill -WINCH $! $! $!; kill -0 999999999 2>/dev/null || true; kill -TERM $!`);
    const [ended] = await ksyscall.matching(new RegExp(` ${receiver} +0 +15 Terminated$`), 1);
    assertMatch(ended ?? "", /^\d+ +bash /);
    const count = (pattern: RegExp) => ksyscall.lines.filter((line) => pattern.test(line)).length;
    assertEquals(count(new RegExp(`^\\d+ +bash +${receiver} +0 +28 Window changed$`)), 3);
    assertEquals(count(/^\d+ +bash +999999999 +-3 +0 only a test$/), 1);
    const { status, stderr } = await ksyscall.stop();
    assertEquals([status.code, stderr], [0, ""]);
  },
});

Deno.test({
  name: "ksyscall -s shows one signal only (needs kprobes)",
  ignore: !hasKprobes(),
  fn: async () => {
    await using ksyscall = await RunningExample.start("ksyscall", ["-s", "9"]);
    await shell("sleep 100 & kill -WINCH $!; kill -KILL $!");
    await ksyscall.matching(/ 9 Killed$/, 1);
    assertEquals(ksyscall.lines.filter((line) => !/ 0 +9 Killed$/.test(line)), []);
  },
});

/** Writes `times` blocks of 1000 bytes from this process to a server of its own. @returns the server's port. */
async function sendBlocks(hostname: string, times: number): Promise<number> {
  using listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  const [client, server] = await Promise.all([Deno.connect({ hostname, port }), listener.accept()]);
  for (let i = 0; i < times; i++) await client.write(new Uint8Array(1000));
  client.close();
  server.close();
  return port;
}

Deno.test({
  name: "fentry counts the sends and bytes of a process to each peer (needs fentry)",
  ignore: !hasFentry(),
  fn: async () => {
    await using fentry = await RunningExample.start("fentry", ["-p", `${Deno.pid}`]);
    assertEquals(fentry.header, "PID     COMM             PEER                        SENDS        BYTES");
    const peers = [`127.0.0.1:${await sendBlocks("127.0.0.1", 10)}`, `[::1]:${await sendBlocks("::1", 20)}`];
    const rows = () => fentry.lines.map((line) => line.split(/ +/));
    const sum = (peer: string, column: number) =>
      rows().filter((row) => row[2] === peer).reduce((total, row) => total + Number(row[column]), 0);
    await fentry.waitFor(() => peers.reduce((total, peer) => total + sum(peer, 3), 0) >= 30);
    assertEquals(peers.map((peer) => [sum(peer, 3), sum(peer, 4)]), [[10, 10_000], [20, 20_000]]);
    assertEquals(rows().filter(([pid]) => pid !== `${Deno.pid}`), []);
    const { status, stderr } = await fentry.stop();
    assertEquals([status.code, stderr], [0, ""]);
  },
});
