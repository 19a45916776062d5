/** Runs `wasm-bpf doctor` on this machine: as root, without capabilities, in a user namespace, and with nothing mounted. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const CHECKOUT = new URL("../../", import.meta.url).pathname;

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs doctor behind a command that changes the process. */
function doctor(options: readonly string[] = [], before: readonly string[] = []): Result {
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--no-prompt", "--allow-ffi", `${CHECKOUT}cli.ts`];
  const [command = "", ...args] = [...before, ...deno, "doctor", ...options];
  const { code, stdout, stderr } = new Deno.Command(command, { args }).outputSync();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("doctor says first which guests can run here", () => {
  const { code, stdout, stderr } = doctor();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(
    stdout,
    /^wasm-bpf can run tracing, (security, )?(and )?network guests here[.;]|^wasm-bpf can run tracing and/,
  );
  assertMatch(stdout, /^ {2}tracing +.*\braw_tracepoint\b/m);
  assertMatch(stdout, /^ {2}network +.*\bxdp\b/m);
  assertMatch(stdout, /^ {2}maps +.*33/m);
});

Deno.test("doctor --json has the same findings, and neither the name of the host nor the kernel's command line", () => {
  const script = 'hostname name-of-this-host && exec "$@"';
  const { code, stdout } = doctor(["--json"], ["unshare", "--uts", "sh", "-c", script, "sh"]);
  assertEquals(code, 0);
  const findings = JSON.parse(stdout);
  assertEquals(Object.keys(findings), [
    "verdict",
    "canRun",
    "problems",
    "works",
    "notes",
    "types",
    "machine",
    "process",
    "versions",
  ]);
  assert(findings.works.tracing.includes("raw_tracepoint"));
  assert(findings.types.maps.available.includes("ringbuf"));
  assertMatch(findings.versions.libbpf, /^\d+\.\d+ \((built|environment|system)\)$/);
  assertEquals(findings.machine.kernel.split(" ")[0], Deno.osRelease());
  assert(!stdout.includes("name-of-this-host"));
  assert(!stdout.includes(Deno.readTextFileSync("/proc/cmdline").trim()));
});

Deno.test("doctor says which capabilities a process lacks, and ends with 1", () => {
  const drop = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"];
  const { code, stdout, stderr } = doctor([], drop);
  assertEquals([code, stderr], [1, ""]);
  assertMatch(stdout, /^wasm-bpf cannot run guests here: this process lacks CAP_BPF, /);
  assertMatch(stdout, /^ {2}capabilities +none of those for eBPF$/m);
});

Deno.test("doctor says that capabilities in a user namespace do not count", () => {
  const { code, stdout } = doctor([], ["unshare", "--user", "--map-root-user"]);
  assertEquals(code, 1);
  assertMatch(stdout, /^wasm-bpf cannot run guests here: this process lacks CAP_BPF, .* in the initial user namespace/);
});

// Deno, and so the binary, cannot start without /proc.
Deno.test("doctor works with nothing mounted but /proc, and says how to mount it", () => {
  const script = 'umount -R -l /sys && exec "$@"';
  const { code, stdout, stderr } = doctor([], ["unshare", "--mount", "sh", "-c", script, "sh"]);
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "-> sudo mount -t sysfs sysfs /sys");
  assertMatch(stdout, /^ {2}security modules +not visible$/m);
});

Deno.test("doctor reports that there is no libbpf in one report, and ends with 1", () => {
  const { code, stdout } = doctor([], ["env", "WASM_BPF_LIBBPF=/none.so"]);
  assertEquals(code, 1);
  assertMatch(stdout, /^wasm-bpf cannot run guests here: Cannot open libbpf "\/none\.so": /);
  assertMatch(stdout, /^ {2}wasm-bpf +\d/m);
});
