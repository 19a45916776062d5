/** Tests the permissions of guests as users give them: each kind of program is refused without its option, and runs with it. */

import { assertEquals, assertMatch } from "@std/assert";
import { compileSmall } from "../../object/testdata/hostile.ts";
import { withPolicyText } from "../../wasm/policy_section.ts";
import { assertOneLine, directoryWith, type Finished, runWasmBpf, testGuest } from "./command.ts";
import { mountAll } from "./mounts.ts";

mountAll();

const HELPERS = `
static long (*write_user)(void *, const void *, u32) = (void *)36;
static long (*send_signal)(u32) = (void *)109;
static long (*loop)(u32, void *, void *, u64) = (void *)181;
`;

/** Loads a BPF source in a guest of version 1, which prints "loaded" or "refused". */
async function load(source: string, ...options: string[]): Promise<Finished> {
  await using files = await directoryWith({ "x.bpf.o": compileSmall(HELPERS + source) });
  return await runWasmBpf([...options, "--dir", `${files.path}::/:ro`, testGuest("load"), "/x.bpf.o"]);
}

/** Programs that this kernel loads, by the option that allows them, with the reason without it. */
const KINDS: readonly [option: string, source: string, reason: string, hint?: string][] = [
  [
    "--allow-network=none",
    'SEC("xdp") int pass(void *ctx) { return 2; }',
    'program "pass" (xdp) changes network traffic',
    "--allow-network=INTERFACE",
  ],
  [
    "--allow-network=/none",
    'SEC("sockops") int ops(void *ctx) { return 1; }',
    'program "ops" (sockops) changes network traffic',
    "--allow-network=CGROUP",
  ],
  [
    "--allow-network",
    'SEC("lwt_in") int route(void *ctx) { return 0; }',
    'program "route" (lwt_in) changes network traffic',
  ],
  [
    "--allow-deny",
    'SEC("cgroup/dev") int device(void *ctx) { return 1; }',
    'program "device" (cgroup/dev) can deny operations',
  ],
  [
    "--allow-signal",
    'SEC("raw_tp/sys_enter") int kill(void *ctx) { return send_signal(0); }',
    'program "kill" (raw_tp/sys_enter) sends signals (bpf_send_signal)',
  ],
  [
    "--allow-helper=bpf_send_signal",
    `static __attribute__((noinline)) int hidden(void) { return send_signal(0); }
     SEC("raw_tp/sys_enter") int calls(void *ctx) { return hidden(); }`,
    'program "calls" (raw_tp/sys_enter) sends signals (bpf_send_signal)',
    "--allow-signal",
  ],
  [
    "--allow-signal",
    `static int hidden(u32 index, void *data) { send_signal(0); return 0; }
     SEC("raw_tp/sys_enter") int calls(void *ctx) { return loop(1, hidden, 0, 0); }`,
    'program "calls" (raw_tp/sys_enter) sends signals (bpf_send_signal)',
  ],
];

for (const [option, source, reason, hint = option] of KINDS) {
  Deno.test(`a guest loads it only with ${option}: ${reason}`, async () => {
    const refused = await load(source);
    assertEquals(refused, {
      code: 0,
      stdout: "refused\n",
      stderr: `wasm-bpf: Cannot load object "load": EPERM: ${reason} (hint: ${hint} allows it)\n`,
    });
    assertEquals(await load(source, option), { code: 0, stdout: "loaded\n", stderr: "" });
    assertEquals(await load(source, "-A"), { code: 0, stdout: "loaded\n", stderr: "" });
    const narrowed = await load(source, "--read-only");
    assertEquals([narrowed.stdout, narrowed.stderr], [
      "refused\n",
      `wasm-bpf: Cannot load object "load": EPERM: ${reason}, which --read-only excludes\n`,
    ]);
  });
}

/** Programs that only some kernels load: their options lead to the kernel or to libbpf. */
const OTHERS: readonly [option: string, source: string, reason: RegExp][] = [
  [
    "--allow-write-user",
    'SEC("raw_tp/sys_enter") int poke(void *ctx) { char c = 0; return write_user(0, &c, 1); }',
    /writes to the memory of processes \(bpf_probe_write_user\)/,
  ],
  ["--allow-deny", 'SEC("lsm/file_open") int open(void *ctx) { return 0; }', /\(lsm\/file_open\) can deny operations/],
  ["--allow-deny", 'SEC("fmod_ret/x") int modify(void *ctx) { return 0; }', /\(fmod_ret\/x\) can deny operations/],
  ["--allow-replace", 'SEC("freplace/f") int other(void *ctx) { return 0; }', /replaces a function of another program/],
  ["--allow-override", 'SEC("raw_tp.w/x") int change(void *ctx) { return 0; }', /changes results of kernel functions/],
];

for (const [option, source, reason] of OTHERS) {
  Deno.test(`a guest reaches the kernel only with ${option}: ${source.slice(5, 20)}`, async () => {
    const refused = await load(source);
    assertMatch(refused.stderr, new RegExp(`EPERM: program "\\w+" .*${reason.source}.*${option} allows it`));
    assertEquals((await load(source, option)).stderr.includes(option), false);
  });
}

Deno.test("a program that is not loaded by default needs no permission", async () => {
  const source =
    'SEC("?xdp") int pass(void *ctx) { return 2; } SEC("raw_tp/sys_enter") int trace(void *ctx) { return 0; }';
  assertEquals(await load(source), { code: 0, stdout: "loaded\n", stderr: "" });
});

Deno.test("the target of a tail call is decided on its own", async () => {
  const source = `
    static long (*tail_call)(void *, void *, u32) = (void *)12;
    struct { __uint(type, 3); __uint(max_entries, 1); __uint(key_size, 4); __uint(value_size, 4); } jumps SEC(".maps");
    SEC("raw_tp/sys_enter") int first(void *ctx) { tail_call(ctx, &jumps, 0); return 0; }`;
  assertEquals((await load(source)).stdout, "loaded\n");
  const both = `${source} SEC("raw_tp/sys_exit") int second(void *ctx) { return send_signal(0); }`;
  assertMatch((await load(both)).stderr, /program "second" \(raw_tp\/sys_exit\) sends signals/);
});

Deno.test("--policy narrows and widens; a mistake is reported with line and column", async () => {
  await using files = await directoryWith({
    "narrow.json": '{\n  // No helper but one.\n  "helpers": ["bpf_ktime_get_ns"], "mapTypes": [],\n}',
    "wide.json": '{ "signal": true }',
    "wrong.json": '{\n  "signall": true\n}',
  });
  const [observer, killer] = [
    'static u64 (*pid)(void) = (void *)14; SEC("raw_tp/sys_enter") int trace(void *ctx) { return pid() == 1; }',
    'SEC("raw_tp/sys_enter") int kill(void *ctx) { return send_signal(0); }',
  ];
  const narrow = await load(observer, "--policy", `${files.path}/narrow.json`);
  assertEquals(
    narrow.stderr,
    'wasm-bpf: Cannot load object "load": EPERM: program "trace" (raw_tp/sys_enter) calls bpf_get_current_pid_tgid, ' +
      "which the policy does not allow\n",
  );
  assertEquals((await load(killer, "--policy", `${files.path}/wide.json`)).stdout, "loaded\n");
  const excluded = await load(killer, "--policy", `${files.path}/wide.json`, "--read-only");
  assertMatch(excluded.stderr, /, which --read-only excludes\n$/);
  assertOneLine(await load(killer, "--policy", `${files.path}/wrong.json`), {
    code: 2,
    line: /Cannot use policy ".*wrong.json": line 2, column 3: unknown key "signall", did you mean "signal"\? \(docs/,
  });
});

Deno.test("--policy gives directories, variables and a directory for pins", async () => {
  await using files = await directoryWith({ "x.bpf.o": compileSmall('SEC("raw_tp/x") int f(void *c) { return 0; }') });
  await Deno.writeTextFile(
    `${files.path}/policy.json`,
    JSON.stringify({ directories: [`${files.path}::/:ro`], environment: ["NAME=value"], pin: "/sys/fs/bpf" }),
  );
  const finished = await runWasmBpf(["--policy", `${files.path}/policy.json`, testGuest("load"), "/x.bpf.o"]);
  assertEquals(finished, { code: 0, stdout: "loaded\n", stderr: "" });
  const variables = await runWasmBpf(["--policy", `${files.path}/policy.json`, testGuest("environment")]);
  assertMatch(variables.stdout, /NAME=value/);
});

Deno.test("the limits of a module narrow those of options, and --max-links replaces the limit of a file", async () => {
  await using files = await directoryWith({
    "limited.wasm": withPolicyText(await Deno.readFile(testGuest("attach")), '{"limits":{"links":0}}'),
    "policy.json": '{ "limits": { "links": 0 } }',
  });
  const args = ["--max-links=9", `${files.path}/limited.wasm`, "by_section"];
  assertMatch((await runWasmBpf(args)).stderr, /EMFILE: the guest has 0 links, and may have 0/);
  const file = ["--policy", `${files.path}/policy.json`];
  assertMatch((await runWasmBpf([...file, testGuest("attach"), "by_section"])).stderr, /EMFILE/);
  assertEquals((await runWasmBpf([...file, "--max-links=9", testGuest("attach"), "by_section"])).stderr, "");
});

Deno.test("the policy of a module narrows what options allow, and a damaged one stops the module", async () => {
  const guest = await Deno.readFile(testGuest("load"));
  await using files = await directoryWith({
    "x.bpf.o": compileSmall('SEC("xdp") int pass(void *ctx) { return 2; }'),
    "narrow.wasm": withPolicyText(guest, '{"tracepoints":["sched/*"]}'),
    "wide.wasm": withPolicyText(guest, '{"network":true}'),
    "damaged.wasm": withPolicyText(guest, '{"netwrok":true}'),
  });
  const run = (module: string, ...options: string[]) =>
    runWasmBpf([...options, "--dir", `${files.path}::/:ro`, `${files.path}/${module}`, "/x.bpf.o"]);
  assertMatch((await run("narrow.wasm", "-A")).stderr, /, which the module's own policy excludes\n$/);
  assertMatch((await run("wide.wasm")).stderr, /\(hint: --allow-network=INTERFACE allows it\)\n$/);
  assertEquals((await run("wide.wasm", "-A")).stdout, "loaded\n");
  assertOneLine(await run("damaged.wasm", "-A"), {
    code: 126,
    line: /Cannot run the module: its policy is damaged: netwrok: unknown key "netwrok"$/,
  });
});

Deno.test("a list of tracepoints decides about the sections and the targets of version 1", async () => {
  await using files = await directoryWith({ "policy.json": '{ "tracepoints": ["none"] }' });
  for (const args of [["by_section"], ["raw_by_section"], ["by_section", ""]]) {
    const { stderr } = await runWasmBpf(["--policy", `${files.path}/policy.json`, testGuest("attach"), ...args]);
    assertMatch(stderr, /Cannot attach "\w+": EPERM: the policy does not allow tracepoint \S+\n$/);
  }
});
