/**
 * Facts about things of the kernel, by descriptor: `bpf_map_get_info_by_fd` and its like.
 *
 * The structs grow with the kernel's versions. The guest says how many bytes it has. Some fields are pointers to buffers of the guest,
 * with their size in another field.
 *
 * @module
 */

import { libbpfErrno } from "../../errors/mod.ts";
import type { FunctionName, NativeStruct } from "../../ffi/mod.ts";
import type { DescriptorKind } from "../core/descriptors.ts";
import type { GuestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { FIELDS } from "./struct_fields.ts";

/** A struct of facts. */
type InfoName = "bpf_map_info" | "bpf_prog_info" | "bpf_btf_info" | "bpf_link_info";

/** A pointer in a struct: its field, the field with the number of elements, and the bytes of each: a number or a field. */
type Buffer = readonly [pointer: string, count: string, unit: number | string];

const PROGRAM_BUFFERS: readonly Buffer[] = [
  ["jited_prog_insns", "jited_prog_len", 1],
  ["xlated_prog_insns", "xlated_prog_len", 1],
  ["map_ids", "nr_map_ids", 4],
  ["jited_ksyms", "nr_jited_ksyms", 8],
  ["jited_func_lens", "nr_jited_func_lens", 4],
  ["func_info", "nr_func_info", "func_info_rec_size"],
  ["line_info", "nr_line_info", "line_info_rec_size"],
  ["jited_line_info", "nr_jited_line_info", "jited_line_info_rec_size"],
  ["prog_tags", "nr_prog_tags", 8],
];
const BTF_BUFFERS: readonly Buffer[] = [["btf", "btf_size", 1], ["name", "name_len", 1]];

/** `enum bpf_link_type`, and the pointers of each type. */
const LINK_BUFFERS: ReadonlyMap<number, readonly Buffer[]> = new Map([
  [1, [["raw_tracepoint.tp_name", "raw_tracepoint.tp_name_len", 1]]],
  [4, [["iter.target_name", "iter.target_name_len", 1]]],
  [8, [["kprobe_multi.addrs", "kprobe_multi.count", 8], ["kprobe_multi.cookies", "kprobe_multi.count", 8]]],
  [12, [
    ["uprobe_multi.path", "uprobe_multi.path_size", 1],
    ["uprobe_multi.offsets", "uprobe_multi.count", 8],
    ["uprobe_multi.ref_ctr_offsets", "uprobe_multi.count", 8],
    ["uprobe_multi.cookies", "uprobe_multi.count", 8],
  ]],
]);
const PERF_EVENT_LINK = 7;
/** `enum bpf_perf_event_type`. */
const PERF_BUFFERS: ReadonlyMap<number, readonly Buffer[]> = new Map([
  [1, [["perf_event.uprobe.file_name", "perf_event.uprobe.name_len", 1]]],
  [2, [["perf_event.uprobe.file_name", "perf_event.uprobe.name_len", 1]]],
  [3, [["perf_event.kprobe.func_name", "perf_event.kprobe.name_len", 1]]],
  [4, [["perf_event.kprobe.func_name", "perf_event.kprobe.name_len", 1]]],
  [5, [["perf_event.tracepoint.tp_name", "perf_event.tracepoint.name_len", 1]]],
]);

/** The functions, with the kinds of their descriptors and their structs. */
const INFOS: Readonly<Record<string, readonly [FunctionName, InfoName, fd: string]>> = {
  map: ["bpf_map_get_info_by_fd", "bpf_map_info", "map_fd"],
  program: ["bpf_prog_get_info_by_fd", "bpf_prog_info", "prog_fd"],
  btf: ["bpf_btf_get_info_by_fd", "bpf_btf_info", "btf_fd"],
  link: ["bpf_link_get_info_by_fd", "bpf_link_info", "link_fd"],
};

/** The run of a function for descriptors of one kind. */
export function infoOf(kind: "map" | "program" | "btf" | "link"): (call: Call) => number {
  return (call) => {
    const [, , fd = ""] = INFOS[kind] ?? [];
    return getInfo(call, call.int(fd), [kind]);
  };
}

/** `bpf_obj_get_info_by_fd`: the descriptor's kind decides about the struct. */
export function anyInfo(call: Call): number {
  return getInfo(call, call.int("bpf_fd"), ["map", "program", "btf", "link"]);
}

function getInfo(call: Call, fd: number, kinds: readonly DescriptorKind[]): number {
  const { kind, hostFd } = call.descriptor(fd, kinds);
  const [name, struct] = INFOS[kind] ?? refuse("EBADF");
  const { memory } = call.guest;
  const lengthAt = call.pointer("info_len");
  memory.check(lengthAt, 4);
  const sizeBytes = memory.data.getUint32(lengthAt, true);
  if (sizeBytes > MAX_INFO_BYTES) refuse("E2BIG");
  const at = call.pointer("info");
  const given = call.copy(at, sizeBytes);
  const copies = new Copies(call, struct, given);
  if (struct === "bpf_link_info") copies.addLinkBuffers(hostFd);
  else copies.add(struct === "bpf_prog_info" ? PROGRAM_BUFFERS : struct === "bpf_btf_info" ? BTF_BUFFERS : []);
  const length = new Uint8Array(Uint32Array.of(sizeBytes).buffer);
  const { errno } = call.calls.call(name, [hostFd, copies.info, length]);
  if (errno < 0) return -libbpfErrno(errno);
  copies.writeBack(at);
  memory.view(lengthAt, 4).set(length);
  return 0;
}

/** The kernel copies and checks at most a page. */
const MAX_INFO_BYTES = 4096;

/** A struct of facts for the kernel, with copies of the guest's buffers. */
class Copies {
  readonly info: NativeStruct;
  readonly #call: Call;
  readonly #given: Uint8Array<ArrayBuffer>;
  readonly #fields: Readonly<Record<string, readonly [number, number]>>;
  readonly #buffers: { readonly offset: number; readonly at: GuestPtr; readonly copy: Uint8Array<ArrayBuffer> }[] = [];

  constructor(call: Call, struct: InfoName, given: Uint8Array<ArrayBuffer>) {
    this.#call = call;
    this.#given = given;
    this.#fields = FIELDS[struct].fields;
    // Only known fields are copied. In others a newer kernel could have pointers, and would write to the guest's number as an address.
    this.info = call.calls.struct(new Uint8Array(given.length));
  }

  /** Copies the guest's buffers, and sets the pointers to the copies. */
  add(buffers: readonly Buffer[]): void {
    const view = new DataView(this.#given.buffer);
    for (const [pointer, count, unit] of buffers) {
      const [offset = 0] = this.#fields[pointer] ?? [];
      if (offset + 8 > this.#given.length) continue;
      const at = this.#call.pointerIn(view, offset);
      const sizeBytes = this.#copyNumber(count) * (typeof unit === "number" ? unit : this.#copyNumber(unit));
      if (at === 0 || sizeBytes === 0) continue;
      const copy = this.#call.copy(at, sizeBytes);
      this.#buffers.push({ offset, at, copy });
      this.info.point(offset, copy);
    }
  }

  /** Adds the buffers of a link, whose type the kernel says. */
  addLinkBuffers(hostFd: number): void {
    const empty = this.#call.calls.struct(new Uint8Array(FIELDS.bpf_link_info.size));
    const length = new Uint8Array(Uint32Array.of(empty.bytes.length).buffer);
    const { errno } = this.#call.calls.call("bpf_link_get_info_by_fd", [hostFd, empty, length]);
    if (errno < 0) refuse("EINVAL");
    const view = new DataView(empty.bytes.buffer);
    const type = view.getUint32(FIELDS.bpf_link_info.fields.type[0], true);
    const perfType = view.getUint32(FIELDS.bpf_link_info.fields["perf_event.type"][0], true);
    this.add((type === PERF_EVENT_LINK ? PERF_BUFFERS.get(perfType) : LINK_BUFFERS.get(type)) ?? []);
  }

  /** Copies the struct and its buffers to the guest. The pointers in it are the guest's own. */
  writeBack(at: GuestPtr): void {
    const { memory } = this.#call.guest;
    const result = this.info.bytes.slice();
    const view = new DataView(result.buffer);
    for (const buffer of this.#buffers) {
      memory.view(buffer.at, buffer.copy.length).set(buffer.copy);
      view.setBigUint64(buffer.offset, BigInt(buffer.at), true);
    }
    memory.view(at, result.length).set(result);
  }

  /** Copies a field with a number, and returns it. */
  #copyNumber(field: string): number {
    const [offset = 0, size = 4] = this.#fields[field] ?? [];
    if (offset + size > this.#given.length) return 0;
    this.info.bytes.set(this.#given.subarray(offset, offset + size), offset);
    return new DataView(this.#given.buffer).getUint32(offset, true);
  }
}
