/**
 * Attaching to network interfaces: XDP, classifiers, packet sockets.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { AttachType } from "../../object/bpf_numbers.ts";
import { AF, ETH_P_ALL, SO_ATTACH_BPF, SOCK, SOL_SOCKET, XDP_FLAG } from "../system/linux_numbers.ts";
import { bindSocket, openSocket, setSocketOption } from "../system/sockets.ts";
import type { Attachment, Target } from "./attachment.ts";
import type { BpfLink, XdpTarget } from "./interfaces/mod.ts";
import { TC_ATTACH_POINT } from "./libbpf_numbers.ts";
import { DetachLink } from "./link.ts";
import { Struct } from "./struct.ts";
import { interfaceName } from "./target_text.ts";

/** Errors of drivers that refuse native XDP: no support, a large MTU, conflicting features, too few queues or pages. */
const DRIVER_REFUSALS: ReadonlySet<number> = new Set([
  LINUX_ERRNO.EOPNOTSUPP,
  LINUX_ERRNO.ENOTSUPP,
  LINUX_ERRNO.EINVAL,
  LINUX_ERRNO.ERANGE,
  LINUX_ERRNO.ENOMEM,
  LINUX_ERRNO.ENOSPC,
]);

/** Attaches an XDP program in the requested mode. Without one, tries native mode, then generic mode if the driver refuses. */
export function attachXdp(at: Attachment, target: XdpTarget): BpfLink {
  return target.replace === true ? replaceXdp(at, target) : linkXdp(at, target);
}

function linkXdp(at: Attachment, target: XdpTarget): BpfLink {
  const { native, description } = at;
  const fd = createXdpLink(at, target, target.mode === undefined ? 0 : XDP_FLAG[target.mode]);
  if (fd >= 0) return new DetachLink(description, () => native.system.calls.close(fd));
  if (target.mode !== undefined || !DRIVER_REFUSALS.has(-fd)) throw xdpError(at, target, fd);
  const generic = createXdpLink(at, target, XDP_FLAG.generic);
  // An error that occurs in both modes does not come from the driver.
  if (generic < 0) throw native.check.error(at.operation, fd);
  const note = `Attached ${description} in generic mode: its driver has no native XDP in the interface's configuration`;
  return new DetachLink(description, () => native.system.calls.close(generic), { note });
}

function createXdpLink({ native, program }: Attachment, { ifindex }: XdpTarget, flags: number): number {
  const opts = new Struct("bpf_link_create_opts").i32("flags", flags);
  return native.program.symbols.bpf_link_create(program.fd, ifindex, AttachType.XDP, opts.bytes);
}

function xdpError({ native, operation }: Attachment, target: XdpTarget, errno: number): BpfError {
  const reason = xdpReason(target, -errno);
  return reason === undefined ? native.check.error(operation, errno) : new BpfError(operation, errno, { reason });
}

/** The reason of a refusal, if the errno and the requested mode show it. */
function xdpReason(target: XdpTarget, errno: number): string | undefined {
  const name = interfaceName(target);
  if (errno === LINUX_ERRNO.EBUSY || errno === LINUX_ERRNO.EEXIST) {
    return target.replace === true
      ? `the XDP program on ${name} belongs to another process's link, and only that process can remove it`
      : `an XDP program is on ${name} already: the target ${name}:replace replaces it`;
  }
  if (!DRIVER_REFUSALS.has(errno)) return undefined;
  if (target.mode === "native") {
    return `the driver has no native XDP in the interface's configuration: use ${name}:generic`;
  }
  return target.mode === "offload" ? `the hardware of ${name} does not take the program` : undefined;
}

/** The field of `struct bpf_xdp_query_opts` that holds the program of a mode. */
const PROGRAM_ID = { native: "drv_prog_id", generic: "skb_prog_id", offload: "hw_prog_id" } as const;

/** Detaches a program that was attached without a link, then attaches. Puts the old program back on failure. */
function replaceXdp(at: Attachment, target: XdpTarget): BpfLink {
  const { native, operation } = at;
  const { symbols } = native.program;
  const found = new Struct("bpf_xdp_query_opts");
  native.check.value(operation, symbols.bpf_xdp_query(target.ifindex, 0, found.bytes));
  const modes = target.mode === "offload" ? ["offload"] as const : ["native", "generic"] as const;
  const mode = modes.find((one) => found.readU32(PROGRAM_ID[one]) !== 0);
  if (mode === undefined) return linkXdp(at, target);
  const old = native.check.value(operation, symbols.bpf_prog_get_fd_by_id(found.readU32(PROGRAM_ID[mode])));
  try {
    // The kernel compares the program, since another process may have replaced it since the query.
    const expected = new Struct("bpf_xdp_attach_opts").i32("old_prog_fd", old);
    const detached = symbols.bpf_xdp_detach(target.ifindex, XDP_FLAG[mode], expected.bytes);
    if (detached < 0) throw xdpError(at, target, detached);
    return linkOrPutBack(at, target, () => symbols.bpf_xdp_attach(target.ifindex, old, XDP_FLAG[mode], null));
  } finally {
    native.system.calls.close(old);
  }
}

function linkOrPutBack(at: Attachment, target: XdpTarget, putBack: () => number): BpfLink {
  try {
    return linkXdp(at, target);
  } catch (error) {
    const words = `the XDP program of ${interfaceName(target)}`;
    at.native.check.value({ operation: "put back", kind: "program", words }, putBack());
    throw error;
  }
}

/** Attaches a classifier through a TCX link (Linux 6.6), which ends with its owner, or else through a clsact qdisc. */
export function attachClassifier(at: Attachment, target: Target<"tc" | "tcx">): BpfLink {
  const { native, program, operation, description } = at;
  // Only a libbpf with this function makes programs of sections "tcx/..." that the kernel takes for TCX.
  if (target.kind === "tcx") native.need(native.program.symbols.bpf_program__attach_tcx, operation, "1.3");
  const egress = target.direction === undefined ? /egress/.test(program.sectionName) : target.direction === "egress";
  const type = egress ? AttachType.TCX_EGRESS : AttachType.TCX_INGRESS;
  const fd = native.program.symbols.bpf_link_create(program.fd, target.ifindex, type, null);
  if (fd >= 0) return new DetachLink(description, () => native.system.calls.close(fd));
  const isOlderKernel = fd === -LINUX_ERRNO.EINVAL || fd === -LINUX_ERRNO.EOPNOTSUPP;
  if (target.kind === "tcx" || !isOlderKernel) throw native.check.error(operation, fd);
  target.beforeStaying?.();
  return attachClsact(at, target.ifindex, egress ? TC_ATTACH_POINT.EGRESS : TC_ATTACH_POINT.INGRESS);
}

function attachClsact(
  { native, program, operation, description }: Attachment,
  ifindex: number,
  point: number,
): BpfLink {
  const { symbols } = native.program;
  const hook = new Struct("bpf_tc_hook").i32("ifindex", ifindex).i32("attach_point", point);
  const created = symbols.bpf_tc_hook_create(hook.bytes);
  if (created !== -LINUX_ERRNO.EEXIST) native.check.value(operation, created);
  const opts = new Struct("bpf_tc_opts").i32("prog_fd", program.fd);
  native.check.value(operation, symbols.bpf_tc_attach(hook.bytes, opts.bytes));
  return new DetachLink(description, () => {
    // The kernel returns the handle and the priority. Detaching needs only these.
    opts.i32("prog_fd", 0).i32("prog_id", 0).i32("flags", 0);
    symbols.bpf_tc_detach(hook.bytes, opts.bytes);
  });
}

/** Opens a packet socket on the interface with the program as its filter. No packet is read: only the program matters. */
export function attachSocket(
  { native, program, operation, description }: Attachment,
  target: Target<"socket">,
): BpfLink {
  const { check, system: { calls } } = native;
  // Protocol 0 receives nothing: packets arrive only after bind, when the filter is already in place.
  const fd = check.value(operation, openSocket(calls, { domain: AF.PACKET, type: SOCK.RAW | SOCK.CLOEXEC }));
  const link = new DetachLink(description, () => calls.close(fd));
  try {
    const value = new Uint8Array(new Int32Array([program.fd]).buffer);
    check.value(operation, setSocketOption(calls, fd, { level: SOL_SOCKET, option: SO_ATTACH_BPF, value }));
    const socketAddress = new Struct("sockaddr_ll")
      .u16("sll_family", AF.PACKET)
      .u16("sll_protocol", ETH_P_ALL, { littleEndian: false })
      .i32("sll_ifindex", target.ifindex);
    check.value(operation, bindSocket(calls, fd, socketAddress.bytes));
    return link;
  } catch (error) {
    link[Symbol.dispose]();
    throw error;
  }
}
