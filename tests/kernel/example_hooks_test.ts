/** Runs the examples that take part in the kernel's network: a netfilter hook, and a congestion control. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { run } from "./command.ts";
import { kernelHas } from "./kernel_features.ts";
import { RunningExample } from "./running_example.ts";
import { shell } from "./shell.ts";

/** A network namespace with an interface that leads to this one. The addresses are 198.51.100.1 here and 198.51.100.2 there. */
async function neighbour() {
  const name = `wb${crypto.randomUUID().slice(0, 8)}`;
  const inside = `ip netns exec ${name}`;
  await shell(`ip netns add ${name}
    ip link add ${name} type veth peer name peer netns ${name}
    ip addr add 198.51.100.1/24 dev ${name} && ip link set ${name} up
    ${inside} ip addr add 198.51.100.2/24 dev peer && ${inside} ip link set peer up
    ${inside} ip neigh add 198.51.100.1 dev peer lladdr $(cat /sys/class/net/${name}/address)`);
  return {
    name,
    inside,
    [Symbol.asyncDispose]: async () => void await shell(`ip link del ${name}; ip netns del ${name}`),
  };
}

/** True if this machine says that nobody listens at a UDP port: the sender's next call then fails. */
async function isAnswered(inside: string): Promise<boolean> {
  const script = `exec 3>/dev/udp/198.51.100.1/47616; echo one >&3; sleep 0.3; echo two >&3`;
  const { code, stderr } = await run("bash", ["-c", `${inside} bash -c '${script}'`]);
  assertEquals(code === 0, stderr === "", stderr);
  if (code !== 0) assertMatch(stderr, /Connection refused/);
  return code !== 0;
}

Deno.test({
  name: "netfilter drops each of 30 packets of a protocol on every interface, and none after its end (needs Linux 6.4)",
  ignore: !kernelHas("BPF_PROG_TYPE_NETFILTER"),
  fn: async () => {
    await using other = await neighbour();
    const send = (count: number) =>
      shell(`${other.inside} bash -c 'for i in {1..${count}}; do echo hello >/dev/udp/198.51.100.1/47616; done'`);
    {
      await using netfilter = await RunningExample.start("netfilter", ["udp"]);
      assertEquals(netfilter.header, "INTERFACE        SOURCE          DESTINATION     BYTES");
      await send(30);
      await shell("for i in {1..10}; do echo hello >/dev/udp/127.0.0.1/47616; done");
      const row = (name: string, source: string, destination: string) =>
        `${name.padEnd(16)} ${source.padEnd(15)} ${destination.padEnd(15)}    34`;
      const lines = await netfilter.matching(/ 34$/, 40);
      assertEquals(lines, [
        ...Array(30).fill(row(other.name, "198.51.100.2", "198.51.100.1")),
        ...Array(10).fill(row("lo", "127.0.0.1", "127.0.0.1")),
      ]);
      // Other protocols pass.
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      (await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port })).close();
      assertEquals(await isAnswered(other.inside), false);
      const { status, stderr } = await netfilter.stop();
      assertEquals([status.code, stderr], [0, ""]);
    }
    assertEquals(await isAnswered(other.inside), true);
  },
});

const ROUTE = "local 127.77.0.2 dev lo table local";

/** Sends `size` bytes over a connection to 127.77.0.2, and runs `during` before it is closed. */
async function transfer(size: number, during: (port: number) => Promise<void>): Promise<number> {
  using listener = Deno.listen({ hostname: "127.77.0.2", port: 0 });
  const { port } = listener.addr;
  const [client, server] = await Promise.all([Deno.connect({ hostname: "127.77.0.2", port }), listener.accept()]);
  let received = 0;
  const reading = (async () => {
    for await (const part of server.readable) received += part.length;
  })();
  for (let left = size; left > 0;) left -= await client.write(new Uint8Array(left));
  await during(port);
  client.close();
  await reading;
  assertEquals(received, size);
  return port;
}

Deno.test({
  name: "struct_ops controls the congestion of 5 connections, shows each, and none after its end (needs Linux 6.4)",
  ignore: !kernelHas("bpf_struct_ops_link_create"),
  fn: async () => {
    {
      await using control = await RunningExample.start("struct_ops", ["7"]);
      assertEquals(
        control.header,
        "LOCAL                 REMOTE                       BYTES  PACKETS  LOST  RTT(us)",
      );
      await shell(`ip route add ${ROUTE} congctl bpf_fixed`);
      try {
        const ports: number[] = [];
        for (let i = 0; i < 5; i++) {
          const port = await transfer(100_000 + i, async (port) => {
            assertMatch(await shell(`ss --no-header --tcp --info dst 127.77.0.2:${port}`), / bpf_fixed .* cwnd:7 /);
          });
          ports.push(port);
        }
        const sent = await control.matching(/^127\.77\.0\.2:\d+ +127\.77\.0\.2:\d+ +1000\d\d /, 5);
        assertEquals(
          sent.map((line) => line.split(/ +/).slice(1, 3)),
          ports.map((port, i) => [`127.77.0.2:${port}`, `${100_000 + i}`]),
        );
      } finally {
        await shell(`ip route del ${ROUTE}`);
      }
      const { status, stderr } = await control.stop();
      assertEquals([status.code, stderr], [0, ""]);
    }
    assert(!(await Deno.readTextFile("/proc/sys/net/ipv4/tcp_available_congestion_control")).includes("bpf_fixed"));
  },
});
