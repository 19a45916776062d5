/**
 * Tests a struct_ops map in this kernel: it is registered through a link if the kernel has such links (Linux 6.4). Other
 * kernels need a permission.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { run } from "../kernel/command.ts";
import { FiringGuest, leftOver, programIds } from "../kernel/firing_guest.ts";
import { promises } from "./kernel.ts";

const ROUTE = ["127.77.0.1", "dev", "lo", "table", "local"];
const PROGRAMS = ["count_runs", "keep_ssthresh", "keep_cwnd", "avoid_nothing"];

/** A connection over the route. */
async function connect(): Promise<void> {
  using listener = Deno.listen({ hostname: "127.77.0.1", port: 0 });
  const answer = listener.accept().then((server) => server.close());
  using _client = await Deno.connect({ hostname: "127.77.0.1", port: listener.addr.port });
  await answer;
}

/** The guest controls the congestion of connections over a route, until it closes its object. */
async function controlsCongestion(host: readonly string[]): Promise<void> {
  await using guest = new FiringGuest("congestion", [], { host });
  assertEquals(await guest.line(), "update: -9");
  assertEquals(await guest.line(), "attached");
  const own = await programIds(PROGRAMS);
  try {
    const added = await run("ip", ["route", "add", "local", ...ROUTE, "congctl", "wasm_bpf_test"]);
    assertEquals(added.code, 0, added.stderr);
    await connect();
    assertEquals(await guest.line(), "fired");
  } finally {
    await run("ip", ["route", "del", "local", ...ROUTE]);
  }
  await guest.proceed();
  assertEquals(await guest.line(), "closed");
  assertEquals(await leftOver(PROGRAMS, own), []);
}

Deno.test("a struct_ops map runs, or needs a permission in a kernel without struct_ops links", async () => {
  if (promises({ since: "6.4" })) return await controlsCongestion([]);
  {
    await using refused = new FiringGuest("congestion", []);
    await refused.status;
    assertMatch(
      await refused.stderr,
      /EOPNOTSUPP: struct_ops "congestion" would stay in the kernel after this process \(hint: --allow-persist /,
    );
  }
  await controlsCongestion(["--allow-persist"]);
});
