/** Runs the tests of the Go module (tests/guests/languages/go/), which are a guest: a step for each test in Go. */

import { assertEquals, assertMatch } from "@std/assert";
import { run, WASM_BPF } from "./command.ts";
import { kernelHas } from "./kernel_features.ts";
import { cgroupRoot } from "./mounts.ts";
import { RunningExample } from "./running_example.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const SOURCES = `${ROOT}tests/guests/languages/go/`;
const MODULE = `${ROOT}.build/guests/languages/go_module.wasm`;
const REASON = whyNot();
/** Tests that have a test of their own here. */
const SKIPPED = ["TestPanic", "TestSignals"];

/** The reason why the tests cannot run. */
function whyNot(): string | undefined {
  if (!kernelHas("tcx_link") || !kernelHas("bpf_user_ringbuf_drain")) return "needs Linux 6.6";
  try {
    Deno.statSync(MODULE);
    return undefined;
  } catch {
    return "its compiler is missing";
  }
}

/** The names of the tests in Go, in the order in which they run. */
function testNames(): string[] {
  const files = [...Deno.readDirSync(SOURCES)].map(({ name }) => name).filter((name) => name.endsWith("_test.go"));
  return files.sort().flatMap((name) => {
    const text = Deno.readTextFileSync(SOURCES + name);
    return [...text.matchAll(/^func (Test\w+)/gm)].map(([, test = ""]) => test);
  });
}

/** A cgroup and a directory for pins. */
async function makePlaces() {
  const name = `wasm_bpf_go_${crypto.randomUUID().slice(0, 8)}`;
  const places = { cgroup: `${cgroupRoot()}/${name}`, pins: `/sys/fs/bpf/${name}` };
  for (const path of Object.values(places)) await Deno.mkdir(path);
  return {
    ...places,
    async [Symbol.asyncDispose]() {
      await Deno.remove(places.cgroup);
      // A failed test leaves pins.
      await Deno.remove(places.pins, { recursive: true });
    },
  };
}

/** Runs the guest in a network namespace of its own, whose interface "lo" nobody else uses. */
async function runGoTests(args: readonly string[]) {
  await using places = await makePlaces();
  const { cgroup, pins } = places;
  return await run("unshare", [
    "--net",
    ...WASM_BPF,
    `--allow-network=lo,${cgroup}`,
    ...["--dir", cgroup, "--dir", "/proc:ro", "--pin", pins],
    ...["--env", "INTERFACE=lo", "--env", `CGROUP=${cgroup}`, "--env", `PINS=${pins}`],
    MODULE,
    ...args,
  ]);
}

Deno.test({
  name: `the Go module passes its tests${REASON === undefined ? "" : ` (skipped: ${REASON})`}`,
  ignore: REASON !== undefined,
  fn: async (t) => {
    const { code, stdout, stderr } = await runGoTests(["-test.v"]);
    for (const name of testNames()) {
      await t.step(name, () => {
        const output = stdout.slice(stdout.indexOf(`=== RUN   ${name}\n`)).split("=== RUN")[1] ?? "";
        assertMatch(output, SKIPPED.includes(name) ? /^--- SKIP: /m : /^--- PASS: /m);
      });
    }
    assertEquals(code, 0, stdout + stderr);
  },
});

Deno.test({
  name: `a panic in Go ends the guest with its own exit code and trace${
    REASON === undefined ? "" : ` (skipped: ${REASON})`
  }`,
  ignore: REASON !== undefined,
  fn: async () => {
    const { code, stderr } = await runGoTests(["-test.run=TestPanic", "-panics"]);
    assertEquals(code, 2);
    assertMatch(stderr, /^panic: a panic beside true\n\ngoroutine \d+/m);
  },
});

Deno.test({
  name: `Ctrl-C cancels the context of NotifyContext(), whatever a Go guest does${
    REASON === undefined ? "" : ` (skipped: ${REASON})`
  }`,
  ignore: REASON !== undefined,
  fn: async (t) => {
    for (const wait of ["done", "ticker", "reader", "busy"]) {
      await t.step(wait, async () => {
        const words = ["-test.run=TestSignals", `-waits=${wait}`];
        await using guest = await RunningExample.start(MODULE, words, { host: ["--allow-network", "--timeout=60s"] });
        assertEquals(guest.header, "waiting");
        const { status, stderr } = await guest.stop();
        assertEquals([status.code, stderr, guest.lines], [0, "", ["then context canceled", "PASS"]]);
      });
    }
  },
});

Deno.test({
  name: `Ctrl-C ends a Go guest after the function of NotifyContext() was called${
    REASON === undefined ? "" : ` (skipped: ${REASON})`
  }`,
  ignore: REASON !== undefined,
  fn: async () => {
    const words = ["-test.run=TestSignals", "-waits=stopped"];
    await using guest = await RunningExample.start(MODULE, words, { host: ["--timeout=60s"] });
    Deno.kill(guest.pid, "SIGINT");
    await guest.matching(/^stopped$/, 1);
    const { status, stderr } = await guest.stop();
    assertEquals([status.signal, stderr], ["SIGINT", ""]);
  },
});

Deno.test({
  name: `the Go module and its examples pass go vet, and have gofmt's form${
    REASON === undefined ? "" : ` (skipped: ${REASON})`
  }`,
  ignore: REASON !== undefined,
  fn: async () => {
    const { code, stdout, stderr } = await run("bash", ["-e", "-c", CHECKS], { cwd: ROOT });
    assertEquals([code, stdout, stderr], [0, "", ""]);
  },
});

const CHECKS = `
source scripts/pins.sh
go=$(find_go)
export GOOS=wasip1 GOARCH=wasm GOFLAGS=-mod=mod GOTOOLCHAIN=local GOPROXY=off
for folder in wasm-include/go examples/go-* .build/guests/languages/go_module; do (cd $folder && "$go" vet ./...); done
"$("$go" env GOROOT)/bin/gofmt" -l wasm-include/go examples/go-* tests/guests/languages/go
`;
