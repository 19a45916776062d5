/**
 * Loads and attaches one program and prints the result. `privileges_test.ts` starts it with a set of capabilities.
 *
 *     privileged_child.ts OBJECT PROGRAM CGROUP
 */

import { type AttachTarget, openLibbpf } from "../../mod.ts";

const LOOPBACK = 1;
const [path = "", name = "", cgroup = ""] = Deno.args;

function targetOf(libbpf: ReturnType<typeof openLibbpf>): AttachTarget | undefined {
  const ifindex = LOOPBACK;
  switch (name) {
    case "on_socket":
      return { kind: "socket", ifindex };
    case "on_xdp":
    case "on_xdp_length":
      return { kind: "xdp", ifindex };
    case "on_tc":
      return { kind: "tc", ifindex };
    case "on_tcx":
      return { kind: "tcx", ifindex };
    case "on_cgroup_skb":
    case "on_sockops":
    case "on_connect":
    case "on_getsockopt":
    case "on_sysctl":
    case "on_device":
      return { kind: "cgroup", fd: libbpf.openCgroup(cgroup) };
    case "on_sk_lookup":
    case "on_flow_dissector":
      return { kind: "netns", fd: libbpf.openNetworkNamespace("/proc/self/ns/net") };
    case "on_netfilter":
      return { kind: "netfilter", family: 2, hook: 0, priority: -100 };
    case "on_perf_event":
      return { kind: "perf_event", event: "cpu-clock", frequencyHz: 10 };
    default:
      return undefined;
  }
}

try {
  using libbpf = openLibbpf();
  using object = libbpf.openObject(Deno.readFileSync(path), { name: "privileges" });
  for (const program of object.programs()) program.autoload = program.name === name;
  object.load();
  // Programs of this kind cannot be attached.
  if (name !== "on_syscall") object.findProgram(name)?.attach(targetOf(libbpf))[Symbol.dispose]();
  console.log("works");
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
