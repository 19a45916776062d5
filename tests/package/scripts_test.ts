/** Tests the scripts in the environment of a new user. */

import { assertEquals } from "@std/assert";

const CHECKOUT = new URL("../../", import.meta.url);

Deno.test("scripts/build_binary.sh looks at every folder that the binary is made of", async () => {
  const script = await Deno.readTextFile(new URL("scripts/build_binary.sh", CHECKOUT));
  const sources = /^sources=\((.*)\)$/m.exec(script)?.[1]?.split(" ") ?? [];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config", "--no-lock", "cli/subcommands.ts"],
    cwd: CHECKOUT.pathname,
  }).output();
  const graph: { modules: { specifier: string }[] } = JSON.parse(new TextDecoder().decode(stdout));
  const paths = graph.modules.filter(({ specifier }) => specifier.startsWith(CHECKOUT.href))
    .map(({ specifier }) => specifier.slice(CHECKOUT.href.length));
  const folders = new Set(paths.filter((path) => path.includes("/")).map((path) => path.split("/")[0] ?? ""));
  assertEquals([...folders].filter((folder) => !sources.includes(folder)), []);
});

Deno.test("scripts find tools outside the usual PATH of a user", async () => {
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-euc", "source scripts/pins.sh && command -v bpftool"],
    cwd: CHECKOUT.pathname,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
    clearEnv: true,
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
});

Deno.test("scripts/build_guests.sh builds nothing that is newer than its sources", async () => {
  const build = () => new Deno.Command("scripts/build_guests.sh", { cwd: CHECKOUT.pathname }).output();
  await build();
  const { code, stdout, stderr } = await build();
  assertEquals([code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)], [0, "", ""]);
});

Deno.test("scripts/build_guests.sh names a missing tool and the script that installs it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink("/usr/bin/dirname", `${folder}/dirname`);
    const { code, stderr } = await new Deno.Command("/bin/bash", {
      args: ["scripts/build_guests.sh"],
      cwd: CHECKOUT.pathname,
      env: { PATH: folder },
      clearEnv: true,
    }).output();
    const line = "Cannot build guests: make is missing; scripts/setup.sh installs it\n";
    assertEquals([code, new TextDecoder().decode(stderr)], [1, line]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
