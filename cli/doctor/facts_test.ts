import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { factsOf, mountinfo, status } from "./testdata/machine.ts";

Deno.test("readFacts() reads the machine's files", () => {
  const { config, mounts, ...facts } = factsOf();
  assertEquals(config?.path, "/boot/config-6.12.0");
  assertEquals(config?.options.get("BPF_JIT"), "y");
  assertEquals(mounts.get("cgroup2"), "/sys/fs/cgroup");
  assertEquals(facts, {
    release: "6.12.0",
    machine: "x86_64",
    distribution: "Debian GNU/Linux 13 (trixie)",
    hasKernelTypes: true,
    modulesWithTypes: 1,
    securityModules: ["lockdown", "capability", "bpf"],
    lockdown: "none",
    readsTracepoints: true,
    perfSources: ["kprobe", "uprobe"],
    settings: new Map([["net/core/bpf_jit_enable", "1"] as const]),
    process: {
      isRoot: true,
      effective: (1n << 41n) - 1n,
      bounding: (1n << 41n) - 1n,
      hasSeccomp: false,
      cannotGainPrivileges: false,
      isInitialNamespace: true,
      container: undefined,
      lockedMemory: "8388608",
    },
  });
});

Deno.test("readFacts() reads a compressed configuration before that of /boot, and passes over a damaged one", () => {
  const packed = gzipSync("# CONFIG_BPF_LSM is not set\nCONFIG_BPF_JIT=y\nCONFIG_HZ=250\n");
  const text = String.fromCharCode(...packed);
  const { config } = factsOf({ "/proc/config.gz": text });
  assertEquals(config?.path, "/proc/config.gz");
  assertEquals([...config?.options ?? []], [["BPF_JIT", "y"], ["HZ", "250"]]);
  assertEquals(factsOf({ "/proc/config.gz": text.slice(0, 20) }).config?.path, "/boot/config-6.12.0");
  assertEquals(factsOf({}, { release: "5.10.0" }).config, undefined);
});

Deno.test("readFacts() prefers the usual mount point", () => {
  const { mounts } = factsOf({
    "/proc/self/mountinfo": mountinfo(["cgroup2 /sys/fs/cgroup/unified", "bpf /mnt", "bpf /sys/fs/bpf", "tmpfs /tmp"]),
  });
  assertEquals([...mounts], [["cgroup2", "/sys/fs/cgroup/unified"], ["bpf", "/sys/fs/bpf"]]);
});

Deno.test("readFacts() finds tracepoints below debugfs", () => {
  const without = { "/sys/kernel/tracing/events/sched": undefined };
  assertEquals(factsOf(without).readsTracepoints, false);
  assertEquals(factsOf({ ...without, "/sys/kernel/debug/tracing/events/sched": "" }).readsTracepoints, true);
});

Deno.test("readFacts() recognizes restricted processes and containers", () => {
  const restricted = status({ uid: 1000, bounding: 0n, seccomp: 2, noNewPrivs: 1 });
  const { process } = factsOf({ "/proc/self/status": restricted, "/proc/self/uid_map": "0 1000 1", "/.dockerenv": "" });
  const { effective: _, lockedMemory: __, ...rest } = process;
  assertEquals(rest, {
    isRoot: false,
    bounding: 0n,
    hasSeccomp: true,
    cannotGainPrivileges: true,
    isInitialNamespace: false,
    container: "docker",
  });
  const container = (files: Record<string, string>) => factsOf(files).process.container;
  assertEquals(container({ "/run/.containerenv": "" }), "podman");
  assertEquals(container({ "/run/systemd/container": "lxc" }), "lxc");
  assertEquals(container({ "/proc/self/cgroup": "0::/kubepods.slice/pod1/x" }), "kubernetes");
  assertEquals(container({ "/proc/self/cgroup": "0::/user.slice" }), undefined);
});

Deno.test("readFacts() leaves open everything that it cannot see", () => {
  const { process, ...facts } = factsOf({
    "/boot/config-6.12.0": undefined,
    "/etc/os-release": undefined,
    "/proc/self/limits": undefined,
    "/proc/self/mountinfo": undefined,
    "/proc/self/status": undefined,
    "/proc/self/uid_map": undefined,
    "/sys/kernel/security/lockdown": undefined,
    "/sys/kernel/security/lsm": undefined,
  });
  assertEquals([facts.config, facts.distribution, facts.lockdown, facts.securityModules], Array(4).fill(undefined));
  const { effective: _, ...rest } = process;
  assertEquals([...new Set(Object.values(rest))], [undefined]);
});
