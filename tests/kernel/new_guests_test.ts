/** Builds and runs the first guest that `wasm-bpf new` writes in each language. All of them print the same. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { LANGUAGES } from "../../cli/languages/all.ts";
import { directoryWith, runWasmBpf } from "./command.ts";
import { pin } from "../../scripts/pins.ts";
import { RunningExample } from "./running_example.ts";

// scripts/setup.sh installs Zig there. Others are in PATH, or found by `build`.
const ZIG = new URL(`../../.tools/zig-${pin("ZIG_VERSION")}`, import.meta.url).pathname;
Deno.env.set("PATH", `${Deno.env.get("PATH")}:${ZIG}`);

/** The exit code of `build` when a part of a toolchain is missing. */
const MISSING_TOOL = 127;

for (const { name: language, title } of LANGUAGES) {
  Deno.test(`the guest of new --lang ${language} is built, prints each program that starts, and ends by Ctrl-C`, async () => {
    await using folder = await directoryWith({});
    const directory = `${folder.path}/my-tool`;
    const made = await runWasmBpf(["new", "--lang", language, directory]);
    assertEquals([made.code, made.stderr], [0, ""]);
    const built = await runWasmBpf(["build", directory]);
    if (built.code === MISSING_TOOL) {
      console.log(`${title}: ${built.stderr}`);
      assertMatch(built.stderr, /^wasm-bpf: Cannot .*\(hint: .*\)\n$/);
      // The language's own tools may be missing. The project's part may not: scripts/build_guests.sh makes it.
      assert(!built.stderr.includes("build_sdk.sh"), built.stderr);
      return;
    }
    assertEquals([built.code, built.stderr], [0, ""]);
    assertMatch(
      built.stdout,
      /^ {2}types .*\n {2}bpf .*\n( {2}\w+ .*\n)* {2}\S+\/my-tool\.wasm has \d+(\.\d)? [KM]iB\n$/,
    );
    await using guest = await RunningExample.start(`${directory}/my-tool.wasm`);
    assertEquals(guest.header, "Programs that start, until Ctrl-C:");
    const child = new Deno.Command("true").spawn();
    await child.status;
    const pattern = new RegExp(`^true +pid ${child.pid} +ppid ${Deno.pid} +uid 0$`);
    assertEquals((await guest.matching(pattern, 1)).length, 1);
    const { status, stderr } = await guest.stop();
    assertEquals([status.code, stderr], [0, ""]);
  });
}
