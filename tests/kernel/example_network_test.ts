/** Runs the examples that change packets. */

import { assertEquals, assertMatch } from "@std/assert";
import { run } from "./command.ts";
import { kernelHas } from "./kernel_features.ts";
import { RunningExample } from "./running_example.ts";
import { shell } from "./shell.ts";

/** True if 127.0.0.1 answers on a port within some seconds. */
async function canConnect(port: number, { patienceS = 60 } = {}): Promise<boolean> {
  const { code } = await run("timeout", [`${patienceS}`, "bash", "-c", `: </dev/tcp/127.0.0.1/${port}`]);
  return code === 0;
}

const PORT = 47614;

Deno.test({
  name: "tc drops each of 30 packets to a port, no others, and none after its end (needs Linux 6.6)",
  ignore: !kernelHas("tcx_link"),
  fn: async () => {
    using blocked = Deno.listen({ hostname: "127.0.0.1", port: PORT });
    using open = Deno.listen({ hostname: "127.0.0.1", port: PORT + 1 });
    assertEquals([blocked.addr.port, open.addr.port], [PORT, PORT + 1]);
    {
      await using tc = await RunningExample.start("tc", ["lo", `${PORT}`]);
      assertEquals(tc.header, "TIME      DROPPED      BYTES");
      await shell(`for i in {1..30}; do echo hello >/dev/udp/127.0.0.1/${PORT}; done
        for i in {1..30}; do echo hello >/dev/udp/127.0.0.1/${PORT + 1}; done`);
      const counts = () => tc.lines.map((line) => line.split(/ +/).slice(1).map(Number));
      const sum = (column: number) => counts().reduce((total, row) => total + (row[column] ?? 0), 0);
      await tc.waitFor(() => sum(0) >= 30);
      assertEquals([sum(0), sum(1)], [30, 30 * (14 + 20 + 8 + 6)]);
      assertMatch(tc.lines[0] ?? "", /^\d\d:\d\d:\d\d +\d+ +\d+$/);
      assertEquals([await canConnect(PORT, { patienceS: 3 }), await canConnect(PORT + 1)], [false, true]);
      assertEquals((await tc.stop()).status.code, 0);
    }
    assertEquals(await canConnect(PORT), true);
  },
});
