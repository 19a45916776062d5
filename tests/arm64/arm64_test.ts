/**
 * Tests the binary for arm64 on an arm64 kernel in QEMU: the version, guests that check themselves, examples with exact
 * numbers of events, and refusals of objects for x86_64. One boot runs all scripts; each test looks at the output of one.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Finished, runOnArm64 } from "./machine.ts";

interface Case {
  /** A script of busybox's shell. */
  readonly script: string;
  readonly check: (finished: Finished) => void;
}

/** Guests of tests/guests/ that check themselves, and print a line for each fact. */
const GUESTS = [
  "ring_records",
  "perf_records",
  "two_buffers",
  "truncation",
  "callbacks",
  "close_detaches",
  "map_types",
  "percpu",
  "i64_pointers",
  "errors",
  "ranges",
  "globals",
  "shared_memory",
  "own_writes",
  "kernel_types",
];

/** Starts an example that writes to the file "output", and waits for its first line: then its programs are attached. */
function start(example: string, options = ""): string {
  return `rm -f output; wasm-bpf ${options} /examples/${example} >output & while ! grep -q . output; do sleep 0.1; done`;
}

/** Ends the example. */
const STOP = "kill $!; wait $! 2>/dev/null";

function selfCheck(name: string): [string, Case] {
  return [`the guest ${name} passes its own checks`, {
    script: `wasm-bpf --allow-all /guests/${name}.wasm`,
    check: ({ code, output }) => {
      const lines = output.split("\n");
      assertEquals(lines.filter((line) => line.startsWith("not ok")), [], output);
      assertEquals(code, 0, output);
      assert(lines.some((line) => line.startsWith("ok ")), output);
    },
  }];
}

const CASES = new Map<string, Case>([
  ["wasm-bpf --version prints the versions of its parts", {
    script: "wasm-bpf --version",
    check: ({ code, output }) => {
      assertEquals(code, 0, output);
      assertMatch(output, /^wasm-bpf \d+\.\d+\.\d+\ndeno [\d.]+\nv8 \S+\nlibbpf 1\.5 \(embedded\)\n$/);
    },
  }],
  ...GUESTS.map(selfCheck),
  ["exit in a callback ends the guest with its code", {
    script: "wasm-bpf /guests/exit_in_callback.wasm",
    check: (finished) => assertEquals(finished, { code: 7, output: "" }),
  }],
  ["a trap in a callback ends the guest with 134 and the reason", {
    script: "wasm-bpf /guests/trap_in_callback.wasm",
    check: ({ code, output }) => {
      assertEquals(code, 134, output);
      assertMatch(output, /^wasm-bpf: .*unreachable.*\nwasm-bpf: in function\[\d+\]( < function\[\d+\])+\n$/);
    },
  }],
  ["bootstrap shows 50 EXEC and 50 EXIT lines for 50 processes", {
    script: `
      ${start("bootstrap.wasm")}
      cp /bin/busybox /tmp/counted
      for i in $(seq 50); do (exec -a true /tmp/counted); done
      while [ $(grep -c ' EXIT  counted ' output) -lt 50 ]; do sleep 0.1; done
      ${STOP}; code=$?; cat output; exit $code`,
    check: ({ code, output }) => {
      assertEquals(code, 0, output); // by its handler for SIGTERM
      const lines = output.split("\n");
      assertEquals(lines[0], "TIME     EVENT COMM             PID     PPID    FILENAME/EXIT CODE");
      const start = /^\d\d:\d\d:\d\d EXEC {2}counted {10}\d+ +\d+ +\/tmp\/counted$/;
      const end = /^\d\d:\d\d:\d\d EXIT {2}counted {10}\d+ +\d+ +\[0\] \(\d+ms\)$/;
      const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
      assertEquals([count(start), count(end)], [50, 50], output);
    },
  }],
  ["runqlat prints a histogram every interval and ends by itself", {
    script: "timeout 5 yes >/dev/null & wasm-bpf /examples/runqlat.wasm 1 2",
    check: ({ code, output }) => {
      assertEquals(code, 0, output);
      const [first, ...lines] = output.trimEnd().split("\n");
      assertEquals(first, "Tracing run queue latency... Hit Ctrl-C to end.");
      const header = "     usecs               : count    distribution";
      assertEquals(lines.filter((line) => line === header).length, 2, output);
      const rows = lines.filter((line) => line !== "" && line !== header);
      assert(rows.length > 0, output);
      for (const row of rows) assertMatch(row, /^ +\d+ -> \d+ +: \d+ +\|[* +]+\|$/);
    },
  }],
  ["uprobe shows each call of a function, with its argument and result", {
    script: `
      ${start("uprobe.wasm ./target twice")}
      ./target
      while [ $(grep -c ' target ' output) -lt 5 ]; do sleep 0.1; done
      ${STOP}; cat output`,
    check: ({ output }) => {
      const [header = "", ...lines] = output.trimEnd().split("\n");
      assertMatch(header, /^PID +TID +COMM +ARGUMENT +RESULT +DURATION\(us\)$/);
      assertEquals(
        lines.map((line) => line.trim().split(/ +/).slice(2, 5)),
        [0x100, 0x101, 0x102, 0x103, 0x104].map((n) => ["target", `0x${n.toString(16)}`, `0x${(2 * n).toString(16)}`]),
      );
    },
  }],
  ["execve shows whole command lines", {
    script: `
      ${start("execve.wasm")}
      /bin/busybox true one 'two words'
      while ! grep -q ' one ' output; do sleep 0.1; done
      ${STOP}; cat output`,
    check: ({ output }) => assertMatch(output, / \/bin\/busybox true one 'two words'$/m),
  }],
  ["lsm keeps a directory from being removed", {
    script: `
      mkdir kept free
      ${start("lsm.wasm kept", "--allow-deny")}
      rmdir kept; rmdir free; ls -d kept free
      ${STOP}; rmdir kept && echo removed`,
    check: ({ output }) => {
      assertMatch(output, /^rmdir: 'kept': Operation not permitted$/m);
      assertMatch(output, /^kept$/m);
      assertMatch(output, /^ls: free: No such file or directory$/m);
      assertMatch(output, /^removed$/m);
    },
  }],
  ["an object that reads registers of x86_64 is refused", {
    script: "wasm-bpf /x86_64/uprobe.wasm ./target twice",
    check: ({ code, output }) => {
      assertEquals(code, 1, output);
      assertMatch(
        output,
        /struct pt_regs\.di .*\(hint: it was compiled for x86_64 \(-D__TARGET_ARCH_x86\); this machine is aarch64 \(-D__TARGET_ARCH_arm64\)\)$/m,
      );
    },
  }],
]);

/** Compiles the program that uprobe looks at. */
async function compileTarget(path: string): Promise<void> {
  await Deno.writeTextFile(
    `${path}.c`,
    `__attribute__((noinline)) long twice(long n) { __asm__ volatile(""); return 2 * n; }
     int main(void) { long sum = 0; for (long i = 0x100; i < 0x105; i++) sum += twice(i); return sum == 0; }`,
  );
  const { code } = await new Deno.Command("aarch64-linux-gnu-gcc", { args: ["-O1", "-o", path, `${path}.c`] }).spawn()
    .status;
  assertEquals(code, 0);
}

async function runAll(): Promise<ReadonlyMap<string, Finished>> {
  const directory = await Deno.makeTempDir();
  try {
    await compileTarget(`${directory}/target`);
    return await runOnArm64(directory, new Map([...CASES].map(([name, { script }]) => [name, script])));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

let finished: Promise<ReadonlyMap<string, Finished>> | undefined;

for (const [name, { check }] of CASES) {
  Deno.test(`arm64: ${name}`, async () => {
    const result = (await (finished ??= runAll())).get(name);
    assert(result !== undefined, "the machine did not run this script to its end");
    check(result);
  });
}
