/** Runs rust-tcpconnlat. languages_test.ts runs rust-bootstrap. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { run, runWasmBpf } from "./command.ts";
import { example, RunningExample } from "./running_example.ts";

const NAME = "rust-tcpconnlat";

function isBuilt(): boolean {
  try {
    return Deno.statSync(example(NAME)).isFile;
  } catch {
    return false;
  }
}

function testExample(behaviour: string, fn: () => Promise<void>): void {
  const ignore = !isBuilt();
  const name = `${NAME} ${behaviour}`;
  Deno.test({ name: ignore ? `${name} (skipped: its compiler is missing)` : name, ignore, fn });
}

/** Connects `count` times from this process. */
async function connect(port: number, hostname: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) (await Deno.connect({ hostname, port })).close();
}

testExample("prints each connection with its addresses, and ends by Ctrl-C", async () => {
  using four = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using six = Deno.listen({ hostname: "::1", port: 0 });
  const ports = [four.addr.port, six.addr.port];
  await using all = await RunningExample.start(NAME);
  await using other = await RunningExample.start(NAME, ["-p", "1"]);
  await using slow = await RunningExample.start(NAME, ["-p", `${Deno.pid}`, "3000"]);
  assertMatch(all.header, /^PID {5}COMM {13}FROM {21}TO {23}PORT {3}MS$/);
  await connect(four.addr.port, "127.0.0.1", 5);
  await connect(six.addr.port, "::1", 5);
  // Nobody listens there, so that the connection is refused.
  four.close();
  await connect(ports[0] ?? 0, "127.0.0.1", 1).catch((error) => assert(error instanceof Deno.errors.ConnectionRefused));
  const lines = (await all.matching(new RegExp(`^${Deno.pid} .* (${ports.join("|")}) +\\d+\\.\\d{3}$`), 10)).map((
    line,
  ) => line.slice(25).replace(/ +/g, " ").replace(/ \S+$/, ""));
  assertEquals(lines, [
    ...Array<string>(5).fill(`127.0.0.1 127.0.0.1 ${ports[0]}`),
    ...Array<string>(5).fill(`::1 ::1 ${ports[1]}`),
  ]);
  for (const silent of [other, slow]) {
    const { status, stderr } = await silent.stop();
    assertEquals([status.code, stderr, silent.lines], [0, "", []]);
  }
  const { status, stderr } = await all.stop();
  assertEquals([status.code, stderr], [0, ""]);
});

/** The queue of a listener that has no room drops the first packet of the second connection, which is sent again after a second. */
const SLOW_CONNECTION = `
import socket, threading, time
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
clients = [socket.socket() for _ in range(2)]
clients[0].connect(listener.getsockname())
threading.Timer(0.3, listener.accept).start()
clients[1].connect(listener.getsockname())
print(listener.getsockname()[1])
`;

testExample("measures a connection that takes a second, and leaves out a short one", async () => {
  await using slow = await RunningExample.start(NAME, ["900"]);
  const { code, stdout, stderr } = await run("python3", ["-c", SLOW_CONNECTION]);
  assertEquals([code, stderr], [0, ""]);
  const [line = "", ...more] = await slow.matching(new RegExp(` ${stdout.trim()} `), 1);
  assertEquals(more, []);
  const milliseconds = Number(line.split(/ +/).at(-1));
  assert(milliseconds >= 1000 && milliseconds < 2900, line);
  assertEquals((await slow.stop()).status.code, 0);
});

testExample("shows its help, and refuses other words", async () => {
  const help = await runWasmBpf([example(NAME), "--help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertMatch(help.stdout, /^Usage: rust-tcpconnlat \[-p PID\] \[MIN_MS\]\n/);
  for (const words of [["-p"], ["-p", "0"], ["x"], ["-1"], ["nan"], ["1", "2"]]) {
    const { code, stdout, stderr } = await runWasmBpf([example(NAME), ...words]);
    assertEquals([code, stdout, stderr], [2, "", help.stdout]);
  }
});
