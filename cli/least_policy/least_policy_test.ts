import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { genSkeleton } from "../../codegen/mod.ts";
import { FormatError } from "../../errors/mod.ts";
import { DEFAULT_POLICY } from "../../host/core/policy/guest_policy.ts";
import { parsePolicy } from "../../host/core/policy/parse_policy.ts";
import { compileModule, compileObject, compileSource } from "../../object/testdata/compile.ts";
import { ObjectEditor } from "../../object/testdata/edit_object.ts";
import { compileSmall } from "../../object/testdata/hostile.ts";
import { leastPolicy } from "./least_policy.ts";

const NOTHING = {
  ...DEFAULT_POLICY,
  programTypes: [],
  helpers: [],
  kfuncs: [],
  functions: [],
  tracepoints: [],
  binaries: [],
  interfaces: [],
  cgroups: [],
  mapTypes: [],
  perfEvents: false,
  packetSockets: false,
};

/** Files of the machine, by path, with their real paths. */
const FILES: Readonly<Record<string, string>> = { "/bin/sh": "/usr/bin/dash" };

function textFor(bytes: Uint8Array): string {
  return leastPolicy(bytes, (path) => FILES[path]);
}

function policyFor(bytes: Uint8Array) {
  return parsePolicy(textFor(bytes)).policy;
}

/** An object with a program in each of these sections. */
function sections(...names: readonly string[]): Uint8Array {
  return compileSmall(names.map((name, i) => `SEC("${name}") int f${i}(void *c) { return 0; }`).join("\n"));
}

/** A guest whose data has `object`, with imports of these names. */
function guest(object: Uint8Array | undefined, ...imports: readonly string[]): Uint8Array {
  const skeleton = object === undefined ? "" : genSkeleton(object, { name: "x" });
  const literal = skeleton.slice(skeleton.indexOf("static const char data[]"), skeleton.indexOf("*sz = sizeof"));
  const declared = imports.map((name, i) =>
    `__attribute__((import_module("libbpf"), import_name("${name}"))) void import_${i}(const void *data);`
  );
  return compileModule(`${declared.join("\n")}
    ${object === undefined ? "static const char data[1];" : literal}
    void run(void) { ${imports.map((_, i) => `import_${i}(data);`).join(" ")} }`);
}

Deno.test("leastPolicy() allows what the programs of an object do, and nothing else", () => {
  assertEquals(policyFor(compileObject("uses")), {
    ...NOTHING,
    // "tc" and "xdp" are attached to an interface that the guest chooses.
    network: ["*"],
    interfaces: ["*"],
    writeUser: true,
    signal: true,
    allowKfuncs: ["flavored_kfunc", "plain_kfunc"],
    // The section of one program names no type.
    programTypes: ["*"],
    helpers: [
      "bpf_get_current_pid_tgid",
      "bpf_get_current_task",
      "bpf_get_prandom_u32",
      "bpf_ktime_get_ns",
      "bpf_loop",
      "bpf_map_lookup_elem",
      "bpf_probe_write_user",
      "bpf_send_signal",
    ],
    kfuncs: ["flavored_kfunc", "plain_kfunc"],
    functions: ["do_unlinkat"],
    tracepoints: ["sched/sched_switch"],
    mapTypes: ["array_of_maps", "hash", "percpu_array", "ringbuf"],
  });
});

Deno.test("leastPolicy() reads the places of programs from their sections", () => {
  const places = (...names: readonly string[]) => {
    const { functions, tracepoints, binaries, interfaces, cgroups, network } = policyFor(sections(...names));
    return { functions, tracepoints, binaries, interfaces, cgroups, network };
  };
  const none = places();
  assertEquals(
    places("kprobe/a", "fentry/module:a", "kretprobe/b", "ksyscall/c", "kprobe.multi/d*", "fexit/e", "lsm/f"),
    {
      ...none,
      functions: ["a", "b", "c", "d*", "e", "f"],
    },
  );
  assertEquals(places("tp/a/b", "raw_tp/c", "tp_btf/d"), { ...none, tracepoints: ["a/b", "c", "d"] });
  assertEquals(places("kprobe", "kprobe/a"), { ...none, functions: ["*"] });
  assertEquals(places("kprobe/a+4"), { ...none, functions: ["*"] });
  assertEquals(places("kprobe/+4"), { ...none, functions: ["*"] });
  assertEquals(places("uprobe//bin/sh:main"), { ...none, binaries: ["/usr/bin/dash"] });
  assertEquals(places("uprobe//no/such:main"), { ...none, binaries: ["*"] });
  assertEquals(places("usdt/libc.so.6:libc:setjmp"), { ...none, binaries: ["*"] });
  assertEquals(places("iter/task", "perf_event", "syscall"), none);
  assertEquals(places("sockops"), { ...none, network: ["*"], cgroups: ["*"] });
  assertEquals(places("cgroup/dev"), { ...none, cgroups: ["*"] });
  assertEquals(places("socket"), { ...none, interfaces: ["*"] });
  assertEquals(places("netfilter"), { ...none, network: true });
  assertEquals(places("sk_lookup"), { ...none, network: ["*"] });
});

Deno.test("leastPolicy() names the structs of struct_ops, and permits pins with a directory", () => {
  const object = compileSmall(`struct tcp_congestion_ops { u32 (*ssthresh)(void *sk); char name[16]; };
    SEC("struct_ops") u32 ssthresh(u64 *context) { return 10; }
    SEC(".struct_ops.link") struct tcp_congestion_ops ops = { .ssthresh = (void *)ssthresh, .name = "x" };
    struct { __uint(type, 2); __uint(max_entries, 1); __type(key, u32); __type(value, u32); __uint(pinning, 1); } kept SEC(".maps");`);
  const { policy, pin } = parsePolicy(textFor(object));
  assertEquals([policy.structOps, pin], [["tcp_congestion_ops"], "/sys/fs/bpf"]);
  assertStringIncludes(textFor(object), '  // map "kept" is pinned\n  "pin": "/sys/fs/bpf",\n');
  assertEquals(parsePolicy(textFor(sections("xdp"))).pin, undefined);
});

Deno.test("leastPolicy() leaves open what a guest chooses by its imports", () => {
  const object = sections("kprobe/a");
  const chosen = (name: string) => {
    const { programTypes, functions, binaries, mapTypes, interfaces, perfEvents } = policyFor(guest(object, name));
    return { programTypes, functions, binaries, mapTypes, interfaces, perfEvents };
  };
  const none = {
    programTypes: ["kprobe"],
    functions: ["a"],
    binaries: [],
    mapTypes: [],
    interfaces: [],
    perfEvents: false,
  };
  assertEquals(chosen("bpf_object__open_mem"), none);
  assertEquals(chosen("bpf_program__attach_kprobe_opts"), { ...none, functions: ["*"] });
  assertEquals(chosen("bpf_program__attach_usdt"), { ...none, binaries: ["*"] });
  assertEquals(chosen("bpf_map_create"), { ...none, mapTypes: ["*"] });
  assertEquals(chosen("bpf_tc_attach"), { ...none, interfaces: ["*"] });
  assertEquals(policyFor(guest(object, "bpf_program__attach_xdp")).persist, false);
  for (const name of ["bpf_tc_attach", "bpf_xdp_attach", "bpf_prog_attach"]) {
    assertEquals(policyFor(guest(object, name)).persist, true);
  }
  assertEquals(chosen("perf_event_open"), { ...none, perfEvents: true });
  // The host opens the socket of a guest of version 1, on an interface.
  const filter = (name: string) => {
    const { interfaces, packetSockets } = policyFor(guest(sections("socket"), name));
    return [interfaces, packetSockets];
  };
  assertEquals(filter("wasm_attach_bpf_program"), [["*"], false]);
  assertEquals(filter("socket"), [[], true]);
  assertEquals(chosen("bpf_object__open_file"), {
    ...none,
    programTypes: ["*"],
    functions: ["*"],
    binaries: ["*"],
    mapTypes: ["*"],
    interfaces: ["*"],
  });
  assertStringIncludes(
    textFor(guest(object, "bpf_prog_load")),
    "// The guest can load other programs by bpf_prog_load(), whose effects are not visible.\n",
  );
  assertEquals(parsePolicy(textFor(guest(object, "bpf_map__pin"))).pin, "/sys/fs/bpf");
});

Deno.test("leastPolicy() says that objects are not visible, or damaged", () => {
  const text = textFor(guest(undefined, "bpf_object__open_mem"));
  assertStringIncludes(
    text,
    "// There is no BPF object in the module's data: its programs and their effects are not visible.\n",
  );
  assertEquals(parsePolicy(text).policy.programTypes, ["*"]);
  assertEquals(parsePolicy(text).policy.deny, false);
  const damaged = new ObjectEditor(compileObject("uses")).instruction("xdp", 0, { register: 2 }).bytes;
  const inGuest = textFor(guest(damaged, "bpf_object__open_mem"));
  assertStringIncludes(
    inGuest,
    '// An object is damaged: Cannot parse ELF: instruction 0 of function "calls_kfuncs" calls',
  );
  assertThrows(() => textFor(damaged), FormatError);
  assertThrows(() => textFor(compileSource("int x;").subarray(0, 100)), FormatError);
});

Deno.test("leastPolicy() keeps names of the module inside comments and strings", () => {
  const object = compileSmall(
    'SEC("kprobe/a\\n\\"b") __attribute__((used)) int f(void *c) { return 0; } SEC("x\\ny") int g(void *c) { return 0; }',
  );
  const text = textFor(object);
  assertEquals(parsePolicy(text).policy.functions, ['a\n"b']);
  assertStringIncludes(text, '  // the section "x?y" of "g" names no type\n');
});
