/**
 * The few C structs whose offsets matter: each with one writer. `layouts_test.ts` compares every offset with `offsetof` from
 * a compiled C probe.
 *
 * @module
 */

import { cString } from "../system/c_string.ts";
import { type Address, address } from "../system/pointers.ts";

/** Offsets in bytes on LP64, by struct and field, with the struct's size as far as we fill it. */
export const LAYOUTS = {
  // libbpf.h
  bpf_object_open_opts: { sz: 0, object_name: 8, pin_root_path: 24, btf_custom_path: 48, size: 56 },
  bpf_kprobe_opts: { sz: 0, bpf_cookie: 8, offset: 16, retprobe: 24, size: 32 },
  bpf_ksyscall_opts: { sz: 0, bpf_cookie: 8, retprobe: 16, size: 24 },
  bpf_uprobe_opts: { sz: 0, ref_ctr_offset: 8, bpf_cookie: 16, retprobe: 24, func_name: 32, size: 40 },
  bpf_kprobe_multi_opts: { sz: 0, syms: 8, addrs: 16, cookies: 24, cnt: 32, retprobe: 40, session: 41, size: 48 },
  bpf_uprobe_multi_opts: {
    sz: 0,
    syms: 8,
    offsets: 16,
    ref_ctr_offsets: 24,
    cookies: 32,
    cnt: 40,
    retprobe: 48,
    size: 56,
  },
  bpf_netfilter_opts: { sz: 0, pf: 8, hooknum: 12, priority: 16, flags: 20, size: 24 },
  bpf_tc_hook: { sz: 0, ifindex: 8, attach_point: 12, parent: 16, size: 24 },
  bpf_tc_opts: { sz: 0, prog_fd: 8, flags: 12, prog_id: 16, handle: 20, priority: 24, size: 32 },
  bpf_xdp_attach_opts: { sz: 0, old_prog_fd: 8, size: 16 },
  bpf_xdp_query_opts: {
    sz: 0,
    prog_id: 8,
    drv_prog_id: 12,
    hw_prog_id: 16,
    skb_prog_id: 20,
    attach_mode: 24,
    size: 28,
  },
  // bpf.h
  bpf_link_create_opts: { sz: 0, flags: 8, size: 16 },
  bpf_map_create_opts: { sz: 0, btf_vmlinux_value_type_id: 20, map_flags: 28, size: 32 },
  bpf_map_batch_opts: { sz: 0, elem_flags: 8, flags: 16, size: 24 },
  // linux/perf_event.h: PERF_ATTR_SIZE_VER0
  perf_event_attr: { type: 0, size_field: 4, config: 8, sample_period: 16, sample_type: 24, flags: 40, size: 64 },
  // linux/if_packet.h
  sockaddr_ll: { sll_family: 0, sll_protocol: 2, sll_ifindex: 4, size: 20 },
} as const;

type StructName = keyof typeof LAYOUTS;
type FieldName<S extends StructName> = Exclude<keyof (typeof LAYOUTS)[S], "size"> & string;

/** Builds a C struct. It keeps the memory that it points to alive, so it must outlive the native call that uses it. */
export class Struct<S extends StructName> {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #layout: Readonly<Record<string, number>>;
  readonly #pointedTo: Uint8Array<ArrayBuffer>[] = [];

  /** Zeroed; libbpf's `sz`, where the struct has one, is set. */
  constructor(name: S) {
    this.#layout = LAYOUTS[name];
    this.bytes = new Uint8Array(this.#layout["size"] ?? 0);
    this.#view = new DataView(this.bytes.buffer);
    if (this.#layout["sz"] === 0) this.#view.setBigUint64(0, BigInt(this.bytes.length), true);
  }

  u8(field: FieldName<S>, value: number): this {
    this.#view.setUint8(this.#offset(field), value);
    return this;
  }

  u16(field: FieldName<S>, value: number, options: { littleEndian: boolean } = { littleEndian: true }): this {
    this.#view.setUint16(this.#offset(field), value, options.littleEndian);
    return this;
  }

  i32(field: FieldName<S>, value: number): this {
    this.#view.setInt32(this.#offset(field), value, true);
    return this;
  }

  u64(field: FieldName<S>, value: number): this {
    this.#view.setBigUint64(this.#offset(field), BigInt(value), true);
    return this;
  }

  /** A `const char *`; absent leaves it NULL. */
  string(field: FieldName<S>, value: string | undefined): this {
    if (value === undefined) return this;
    const bytes = cString(value);
    this.#pointedTo.push(bytes);
    return this.u64(field, Number(this.#address(bytes)));
  }

  /** Sets a `const unsigned long *` to an array of these numbers. */
  numbers(field: FieldName<S>, values: readonly number[]): this {
    const bytes = new Uint8Array(new BigUint64Array(values.map(BigInt)).buffer);
    this.#pointedTo.push(bytes);
    return this.u64(field, Number(this.#address(bytes)));
  }

  /** The value that the kernel or libbpf wrote into a 32-bit field. */
  readU32(field: FieldName<S>): number {
    return this.#view.getUint32(this.#offset(field), true);
  }

  #address(bytes: Uint8Array<ArrayBuffer>): Address {
    return address(Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes))));
  }

  #offset(field: string): number {
    const offset = this.#layout[field];
    if (offset === undefined) throw new TypeError(`Cannot set field "${field}": unknown`);
    return offset;
  }
}
