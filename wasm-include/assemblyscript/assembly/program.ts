// SPDX-License-Identifier: MIT

import { checked, exitWithError } from "./errors";
import {
  bpf_prog_test_run_opts,
  bpf_program__attach,
  bpf_program__attach_cgroup,
  bpf_program__attach_iter,
  bpf_program__attach_kprobe,
  bpf_program__attach_ksyscall,
  bpf_program__attach_lsm,
  bpf_program__attach_netfilter,
  bpf_program__attach_perf_event,
  bpf_program__attach_raw_tracepoint,
  bpf_program__attach_tcx,
  bpf_program__attach_trace,
  bpf_program__attach_tracepoint,
  bpf_program__attach_uprobe_opts,
  bpf_program__attach_usdt,
  bpf_program__attach_xdp,
  bpf_program__fd,
  bpf_program__name,
  bpf_program__section_name,
  bpf_program__set_attach_target,
  bpf_program__set_autoload,
} from "./imports";
import { BpfLink } from "./link";
import { cString, NAME_BYTES, nameBuffer, nameText } from "./values";

/** Room for structs of options, in the layout of 64-bit machines. Each begins with its size. */
const options = memory.data(96);
/** `retval` and `duration` in `struct bpf_test_run_opts`. */
const RETVAL: usize = 56;
const TEST_RUN_BYTES = 80;

function newOptions(sizeBytes: usize): usize {
  memory.fill(options, 0, 96);
  store<u64>(options, sizeBytes);
  return options;
}

/** The address of a text for the host. The caller keeps the text. */
// @ts-ignore: decorator
@inline
function address(text: ArrayBuffer): usize {
  return changetype<usize>(text);
}

/** Ends the guest if there is no link. */
function needed(link: BpfLink | null): BpfLink {
  if (link == null) exitWithError();
  return link!;
}

/**
 * A program. Each way to attach it has a second method that begins with "try" and returns null if it fails; then `BpfError.last` has the
 * reason.
 */
export class BpfProgram {
  /** @param handle libbpf's program. */
  constructor(readonly handle: usize) {}

  /** The number that names the program in other calls; negative before load. */
  get fd(): i32 {
    return bpf_program__fd(this.handle);
  }

  /** The name of its function. */
  get name(): string {
    bpf_program__name(this.handle, nameBuffer, NAME_BYTES);
    return nameText();
  }

  /** The section that says where it attaches: "tp/sched/sched_switch". */
  get section(): string {
    bpf_program__section_name(this.handle, nameBuffer, NAME_BYTES);
    return nameText();
  }

  /** The operation of attaching, for errors. */
  get operation(): string {
    return `attach program "${this.name}"`;
  }

  /** Before load: false leaves the program out of the kernel. */
  setAutoload(loads: bool): void {
    checked(`prepare program "${this.name}"`, bpf_program__set_autoload(this.handle, loads));
  }

  /** Before load: the function that a program of tracing or LSM attaches to. */
  setAttachTarget(name: string): void {
    const text = cString(name);
    checked(`prepare program "${this.name}"`, bpf_program__set_attach_target(this.handle, 0, address(text)));
  }

  /** Attaches the program as its section says. */
  attach(): BpfLink {
    return needed(this.tryAttach());
  }

  tryAttach(): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach(this.handle));
  }

  /** Attaches to a function of the kernel, or to its return. */
  attachKprobe(name: string, isReturn: bool = false): BpfLink {
    return needed(this.tryAttachKprobe(name, isReturn));
  }

  tryAttachKprobe(name: string, isReturn: bool = false): BpfLink | null {
    const text = cString(name);
    return BpfLink.made(this.operation, bpf_program__attach_kprobe(this.handle, isReturn, address(text)));
  }

  /** Attaches to a system call by its name without a prefix, or to its return. */
  attachKsyscall(name: string, isReturn: bool = false): BpfLink {
    return needed(this.tryAttachKsyscall(name, isReturn));
  }

  tryAttachKsyscall(name: string, isReturn: bool = false): BpfLink | null {
    const text = cString(name);
    newOptions(24);
    store<u8>(options, isReturn, 16);
    return BpfLink.made(this.operation, bpf_program__attach_ksyscall(this.handle, address(text), options));
  }

  /**
   * Attaches to a function of a binary or library on the host, or to its return.
   *
   * @param name the function; "" for the address `offset`.
   * @param pid one process; -1 for all.
   */
  attachUprobe(path: string, name: string, isReturn: bool = false, pid: i32 = -1, offset: u32 = 0): BpfLink {
    return needed(this.tryAttachUprobe(path, name, isReturn, pid, offset));
  }

  tryAttachUprobe(path: string, name: string, isReturn: bool = false, pid: i32 = -1, offset: u32 = 0): BpfLink | null {
    const binary = cString(path);
    const text = cString(name);
    newOptions(40);
    store<u8>(options, isReturn, 24);
    if (name != "") store<u64>(options, address(text), 32);
    const handle = bpf_program__attach_uprobe_opts(this.handle, pid, address(binary), offset, options);
    return BpfLink.made(this.operation, handle);
  }

  /** Attaches to a static probe of a binary (USDT). */
  attachUsdt(path: string, provider: string, name: string, pid: i32 = -1): BpfLink {
    return needed(this.tryAttachUsdt(path, provider, name, pid));
  }

  tryAttachUsdt(path: string, provider: string, name: string, pid: i32 = -1): BpfLink | null {
    const binary = cString(path);
    const group = cString(provider);
    const text = cString(name);
    const handle = bpf_program__attach_usdt(this.handle, pid, address(binary), address(group), address(text), 0);
    return BpfLink.made(this.operation, handle);
  }

  /** Attaches to a tracepoint: "sched", "sched_switch". */
  attachTracepoint(category: string, name: string): BpfLink {
    return needed(this.tryAttachTracepoint(category, name));
  }

  tryAttachTracepoint(category: string, name: string): BpfLink | null {
    const group = cString(category);
    const text = cString(name);
    return BpfLink.made(this.operation, bpf_program__attach_tracepoint(this.handle, address(group), address(text)));
  }

  /** Attaches to a raw tracepoint: "sched_switch". */
  attachRawTracepoint(name: string): BpfLink {
    return needed(this.tryAttachRawTracepoint(name));
  }

  tryAttachRawTracepoint(name: string): BpfLink | null {
    const text = cString(name);
    return BpfLink.made(this.operation, bpf_program__attach_raw_tracepoint(this.handle, address(text)));
  }

  /** Attaches a program of fentry, fexit, fmod_ret or tp_btf to the target of its section. */
  attachTrace(): BpfLink {
    return needed(this.tryAttachTrace());
  }

  tryAttachTrace(): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach_trace(this.handle));
  }

  /** Attaches to the hook of LSM in its section. */
  attachLsm(): BpfLink {
    return needed(this.tryAttachLsm());
  }

  tryAttachLsm(): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach_lsm(this.handle));
  }

  /** Attaches an iterator; `iterate()` of the link runs it. */
  attachIter(): BpfLink {
    return needed(this.tryAttachIter());
  }

  tryAttachIter(): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach_iter(this.handle, 0));
  }

  /** Attaches to a perf event, whose descriptor the link takes. */
  attachPerfEvent(fd: i32): BpfLink {
    return needed(this.tryAttachPerfEvent(fd));
  }

  tryAttachPerfEvent(fd: i32): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach_perf_event(this.handle, fd));
  }

  /** Attaches to a network interface (XDP), by its number; `interfaceIndex("eth0")` gives it. */
  attachXdp(ifindex: i32): BpfLink {
    return needed(this.tryAttachXdp(ifindex));
  }

  tryAttachXdp(ifindex: i32): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach_xdp(this.handle, ifindex));
  }

  /** Attaches to the packets of a network interface (TCX, Linux 6.6); the section says which direction. */
  attachTcx(ifindex: i32): BpfLink {
    return needed(this.tryAttachTcx(ifindex));
  }

  tryAttachTcx(ifindex: i32): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach_tcx(this.handle, ifindex, 0));
  }

  /** Attaches to netfilter: the protocol family (2 is IPv4, 10 is IPv6), the hook (0 to 4) and the priority. */
  attachNetfilter(family: u32, hook: u32, priority: i32): BpfLink {
    return needed(this.tryAttachNetfilter(family, hook, priority));
  }

  tryAttachNetfilter(family: u32, hook: u32, priority: i32): BpfLink | null {
    newOptions(24);
    store<u32>(options, family, 8);
    store<u32>(options, hook, 12);
    store<i32>(options, priority, 16);
    return BpfLink.made(this.operation, bpf_program__attach_netfilter(this.handle, options));
  }

  /** Attaches to a cgroup, by the descriptor of its directory. The first directory of `--dir` has the descriptor 3. */
  attachCgroup(fd: i32): BpfLink {
    return needed(this.tryAttachCgroup(fd));
  }

  tryAttachCgroup(fd: i32): BpfLink | null {
    return BpfLink.made(this.operation, bpf_program__attach_cgroup(this.handle, fd));
  }

  /** Runs the program once without attaching it (BPF_PROG_TEST_RUN), with a context of `sizeBytes`. Returns its result. */
  testRun(context: usize = 0, sizeBytes: u32 = 0): i32 {
    newOptions(TEST_RUN_BYTES);
    if (sizeBytes > 0) {
      store<u64>(options, context, 32);
      store<u32>(options, sizeBytes, 48);
    }
    checked(`run program "${this.name}"`, bpf_prog_test_run_opts(this.fd, options));
    return load<i32>(options, RETVAL);
  }
}
