/** Tests how the command line explains refusals of the kernel and of libbpf, and which libbpf it uses. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import { ANY_PROGRAM, assertOneLine, directoryWith, example, run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const BOOTSTRAP = example("bootstrap");
const OPENSNOOP = example("opensnoop");

Deno.test("wasm-bpf prints the verifier's reason, its whole log with --verbose, and nothing with --quiet", async () => {
  const reason = "prog 'bad': R0 invalid mem access 'scalar'";
  const usual = await runWasmBpf([testGuest("reject")]);
  assertStringIncludes(usual.stderr, `wasm-bpf: Cannot load object "reject": EACCES: ${reason}\n`);
  const verbose = await runWasmBpf(["-v", testGuest("reject")]);
  assertMatch(
    verbose.stderr,
    /-- BEGIN PROG LOAD LOG --\n(.*\n)+.*\(85\) call bpf_ktime_get_ns.*\n(.*\n)+.*processed \d+ insns/,
  );
  const quiet = await runWasmBpf(["--quiet", testGuest("reject")]);
  assertEquals(quiet.stderr, "");
  assertEquals(quiet.stdout, usual.stdout);
});

Deno.test("wasm-bpf gives the reason for refusing an object of another machine", async () => {
  await using files = await directoryWith({ "text": "hello", "empty": "", "source.c": "int f(void) { return 0; }" });
  const bytes = await Deno.readFile(`${CHECKOUT}.build/guests/events.bpf.o`);
  await Deno.writeFile(`${files.path}/half`, bytes.slice(0, bytes.length / 2));
  const bigEndian = await run(llvmTool("clang"), ["-target", "bpfeb", "-c", "source.c", "-o", "bigendian"], {
    cwd: files.path,
  });
  assertEquals(bigEndian.code, 0, bigEndian.stderr);
  const native = await run(llvmTool("clang"), ["-c", "source.c", "-o", "native"], { cwd: files.path });
  assertEquals(native.code, 0, native.stderr);
  const lines: Record<string, RegExp> = {
    text: /Cannot open object "load": EINVAL: ELF: it does not begin with \\x7fELF$/,
    empty: /Cannot open object "load": EINVAL: ELF: it does not begin with \\x7fELF$/,
    half: /Cannot open object "load": EINVAL: ELF: \d+ bytes at \d+ are outside its \d+ bytes$/,
    bigendian: /Cannot open object "load": EINVAL: ELF: it is big-endian; compile it with -target bpfel$/,
    native: /Cannot open object "load": EINVAL: ELF: it is for \w+, not for BPF$/,
  };
  for (const [name, line] of Object.entries(lines)) {
    const { code, stdout, stderr } = await runWasmBpf([
      "--dir",
      files.path,
      testGuest("load"),
      `${files.path}/${name}`,
    ]);
    assertEquals([code, stdout], [0, "refused\n"]);
    assertMatch(stderr, /^wasm-bpf: [^\n]*\n$/);
    assertMatch(stderr.trimEnd(), line);
  }
});

/** Capabilities that the process lacks, and the hint for each. */
const PRIVILEGES: readonly (readonly [taken: string, guest: string, hint: RegExp])[] = [
  ["-all", BOOTSTRAP, /EPERM: operation not permitted \(hint: run as root or grant CAP_BPF and CAP_PERFMON\)$/m],
  ["-bpf,-sys_admin", BOOTSTRAP, /\(hint: run as root or grant CAP_BPF\)$/m],
  ["-perfmon,-sys_admin", BOOTSTRAP, /\(hint: run as root or grant CAP_PERFMON\)$/m],
  ["-net_admin,-sys_admin", example("xdp"), /\(hint: run as root or grant CAP_NET_ADMIN\)$/m],
];

for (const [taken, guest, hint] of PRIVILEGES) {
  Deno.test(`wasm-bpf names the missing capability: ${taken}`, async () => {
    const caps = [`--bounding-set=${taken}`, "--inh-caps=-all", "--ambient-caps=-all"];
    const { code, stderr } = await run(
      "setpriv",
      [...caps, ...WASM_BPF, "--allow-network", guest, "lo"].slice(0, guest === BOOTSTRAP ? -1 : undefined),
    );
    assertEquals(code, 1, stderr);
    assertMatch(stderr, hint);
  });
}

Deno.test("wasm-bpf needs no privilege for a guest that needs none", async () => {
  const caps = ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"];
  const { code, stderr } = await run("setpriv", [...caps, ...WASM_BPF, testGuest("exit_code"), "9"]);
  assertEquals([code, stderr], [9, ""]);
});

const UNMOUNT_TRACEFS = `for mount in /sys/kernel/tracing /sys/kernel/debug; do
  while umount -l "$mount" 2>/dev/null; do :; done; done`;

Deno.test("wasm-bpf reports that tracefs is not mounted, with the command that mounts it", async () => {
  const finished = await run("unshare", [
    "--mount",
    "bash",
    "-c",
    `${UNMOUNT_TRACEFS}; exec "$0" "$@"`,
    ...WASM_BPF,
    OPENSNOOP,
  ]);
  assertEquals(finished.code, 1);
  assertMatch(finished.stderr, /\(hint: tracefs is not mounted: mount -t tracefs tracefs \/sys\/kernel\/tracing\)$/m);
});

Deno.test("wasm-bpf reports a kernel without BTF, and takes BTF from --btf", async () => {
  await using files = await directoryWith({ nothing: "" });
  await Deno.copyFile("/sys/kernel/btf/vmlinux", `${files.path}/vmlinux`);
  const script = `mount --bind ${files.path}/nothing /sys/kernel/btf/vmlinux; exec "$0" "$@"`;
  const without = ["--mount", "bash", "-c", script, ...WASM_BPF];
  const refused = await run("unshare", [...without, OPENSNOOP]);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /\(hint: this kernel has no BTF \(CONFIG_DEBUG_INFO_BTF=y\): --btf PATH replaces it/);
  assertMatch(refused.stderr, /^libbpf: Error loading vmlinux BTF: -5$/m);
  // libbpf's messages are the host's own in version 1.
  const version1 = await run("unshare", [...without, testGuest("fires"), "on_btf_tracepoint"]);
  assertMatch(version1.stderr, /\(hint: this kernel has no BTF \(CONFIG_DEBUG_INFO_BTF=y\): --btf PATH replaces it/);
  assertEquals(version1.stderr.match(/^libbpf:.*/m), null);
  assertEquals((await run("unshare", [...without, testGuest("exit_code"), "0"])).stderr, "");
  const usage = await run("timeout", [
    "--signal=INT",
    "2",
    "unshare",
    ...without,
    "--btf",
    `${files.path}/vmlinux`,
    OPENSNOOP,
  ]);
  assertMatch(usage.stdout, /^PID +COMM/);
  assertEquals(usage.stderr, "");
});

Deno.test("wasm-bpf refuses a --btf that has no BTF", async () => {
  for (const path of ["/nosuch", "/bin/true"]) {
    const { code, stderr } = await runWasmBpf(["--btf", path, BOOTSTRAP]);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^wasm-bpf: Cannot load object "bootstrap_bpf": .*\(hint: the file of --btf does not contain a kernel's BTF\)$/m,
    );
  }
});

Deno.test("WASM_BPF_LIBBPF that is not a libbpf is an error", async () => {
  const libraries: Record<string, RegExp> = {
    "/nosuch": /Cannot open libbpf "\/nosuch": .*No such file or directory \(hint: WASM_BPF_LIBBPF names it; /,
    "/etc/passwd": /Cannot open libbpf "\/etc\/passwd": EINVAL: invalid ELF header \(hint: /,
    "libc.so.6": /Cannot open libbpf "libc.so.6": EINVAL: it is not libbpf 1\.0 or newer \(hint: /,
  };
  for (const [path, line] of Object.entries(libraries)) {
    const finished = await runWasmBpf([testGuest("exit_code"), "0"], { env: { WASM_BPF_LIBBPF: path } });
    assertOneLine(finished, { code: 125, line });
  }
});

const SYSTEM_LIBBPF = "libbpf.so.1";
const hasSystemLibbpf = (await run("bash", ["-c", `/sbin/ldconfig -p | grep -q ${SYSTEM_LIBBPF}`])).code === 0;

Deno.test({
  name: "WASM_BPF_LIBBPF: guests run on the system's libbpf",
  ignore: !hasSystemLibbpf,
  fn: async () => {
    for (const guest of ["ring_records", "perf_records", "map_types", "callbacks", "errors"]) {
      const { code, stdout } = await runWasmBpf([...ANY_PROGRAM, testGuest(guest)], {
        env: { WASM_BPF_LIBBPF: SYSTEM_LIBBPF },
      });
      assertEquals([code, stdout.match(/^not ok.*/gm)], [0, null]);
    }
    const { stderr } = await runWasmBpf([testGuest("reject")], { env: { WASM_BPF_LIBBPF: SYSTEM_LIBBPF } });
    assertStringIncludes(stderr, "R0 invalid mem access 'scalar'");
  },
});

Deno.test({
  name: "WASM_BPF_LIBBPF: the message for a missing function names the libbpf that has it",
  ignore: !hasSystemLibbpf,
  fn: async () => {
    const script = `
      import { openLibbpf, openSystem } from "${CHECKOUT}ffi/mod.ts";
      using system = openSystem();
      using libbpf = openLibbpf(system);
      using object = libbpf.openObject(Deno.readFileSync("${CHECKOUT}.build/guests/xdp_pass.bpf.o"));
      object.load();
      try {
        object.findProgram("pass")?.attach({ kind: "tcx", ifindex: 1 });
      } catch (error) {
        console.log(libbpf.version, error.message);
      }`;
    const options = { env: { WASM_BPF_LIBBPF: SYSTEM_LIBBPF, NO_COLOR: "1" } };
    const { code, stdout, stderr } = await run(Deno.execPath(), ["eval", "--no-check", script], options);
    assertEquals(code, 0, stderr);
    const [version = "", ...message] = stdout.trim().split(" ");
    const tells =
      /^Cannot attach program "pass" to tcx .*: EOPNOTSUPP: it needs libbpf 1\.3; libbpf\.so\.1 is v1\.[012]/;
    if (/^v1\.[012]\b/.test(version)) assertMatch(message.join(" "), tells);
    else assertMatch(message.join(" "), /EINVAL/);
  },
});
