/**
 * `struct bpf_object`.
 *
 * @module
 */

import { shows } from "../../errors/log_signs.ts";
import { type LogReading, openOperation } from "../../errors/mod.ts";
import type { MapShape } from "../../object/map_rules.ts";
import { cString } from "../system/c_string.ts";
import { address, type NativePointer, nativePointer } from "../system/pointers.ts";
import type { Subject } from "./hints.ts";
import type { BpfLink, BpfMap, BpfObject, BpfProgram, NativeRef, OpenObjectOptions } from "./interfaces/mod.ts";
import { OwnedLink } from "./link.ts";
import { NativeMap, type Owner } from "./map.ts";
import type { Native } from "./native.ts";
import { makeRef, pointerOf, revoke } from "./native_ref.ts";
import { NativeProgram } from "./program.ts";
import { Struct } from "./struct.ts";
import { bindStructOps } from "./struct_ops.ts";

/** See {@link BpfObject}. */
export class NativeObject implements BpfObject, Owner {
  readonly name: string;
  readonly ref: NativeRef;
  readonly #native: Native;
  /** By address: a hostile object can have several programs or maps of one name. */
  readonly #programs = new Map<bigint, NativeProgram>();
  readonly #maps = new Map<bigint, NativeMap>();
  readonly #links = new Set<BpfLink>();
  #pointer: NativePointer<"bpf_object"> | undefined;

  private constructor(native: Native, pointer: NativePointer<"bpf_object">, name: string) {
    this.#native = native;
    this.#pointer = pointer;
    this.name = name;
    this.ref = makeRef("bpf_object", pointer);
  }

  /** True when the object is closed. Its programs, maps and links are then invalid. */
  get closed(): boolean {
    return this.#pointer === undefined;
  }

  static open(native: Native, bytes: Uint8Array<ArrayBuffer>, options: OpenObjectOptions): NativeObject {
    const name = options.name ?? "object";
    const opts = new Struct("bpf_object_open_opts")
      .string("object_name", name)
      .string("pin_root_path", options.pinRootPath)
      .string("btf_custom_path", options.btfPath)
      .string("kconfig", options.kconfig)
      .string("bpf_token_path", options.tokenPath)
      .u8("relaxed_maps", Number(options.relaxedMaps ?? false));
    const { kernelLog } = options;
    if (kernelLog !== undefined) {
      opts.buffer("kernel_log_buf", kernelLog.buffer)
        .u64("kernel_log_size", kernelLog.buffer.length)
        .i32("kernel_log_level", kernelLog.level);
    }
    native.check.begin();
    // libbpf copies what it keeps, so the bytes need to stay only during the call.
    const pointer = native.object.symbols.bpf_object__open_mem(bytes, address(bytes.length), opts.bytes);
    if (pointer === null) throw native.check.error(openOperation(name), native.lastError());
    const object = new NativeObject(native, nativePointer(pointer), name);
    try {
      if (!options.persistentStructOps) bindStructOps(native, nativePointer(pointer), name);
      return object;
    } catch (error) {
      object[Symbol.dispose]();
      throw error;
    }
  }

  load(): void {
    const pointer = this.#alive();
    this.#native.check.begin((reading) => this.#subjectOf(reading));
    try {
      this.#native.check.value(
        { operation: "load", kind: "object", subject: this.name },
        this.#native.object.symbols.bpf_object__load(pointer),
      );
    } finally {
      // A failed load closes the descriptors of maps.
      for (const map of this.#maps.values()) map.refresh();
    }
  }

  own(link: BpfLink): BpfLink {
    return new OwnedLink(link, this.#links);
  }

  findProgram(name: string): BpfProgram | undefined {
    const pointer = this.#native.object.symbols.bpf_object__find_program_by_name(this.#alive(), cString(name));
    return pointer === null ? undefined : this.#program(nativePointer(pointer), name);
  }

  findMap(name: string): BpfMap | undefined {
    const pointer = this.#native.object.symbols.bpf_object__find_map_by_name(this.#alive(), cString(name));
    if (pointer === null) return undefined;
    // Maps of global variables have two names: the section's name, and one that begins with the object's name.
    return this.#map(nativePointer(pointer), this.#native.text(this.#native.map.symbols.bpf_map__name(pointer)));
  }

  programs(): readonly BpfProgram[] {
    const { symbols } = this.#native.object;
    const found: BpfProgram[] = [];
    let pointer = symbols.bpf_object__next_program(this.#alive(), null);
    while (pointer !== null) {
      const program = nativePointer<"bpf_program">(pointer);
      found.push(this.#program(program, this.#native.text(this.#native.program.symbols.bpf_program__name(program))));
      pointer = symbols.bpf_object__next_program(this.#alive(), pointer);
    }
    return found;
  }

  maps(): readonly BpfMap[] {
    const { symbols } = this.#native.object;
    const found: BpfMap[] = [];
    let pointer = symbols.bpf_object__next_map(this.#alive(), null);
    while (pointer !== null) {
      const map = nativePointer<"bpf_map">(pointer);
      found.push(this.#map(map, this.#native.text(this.#native.map.symbols.bpf_map__name(map))));
      pointer = symbols.bpf_object__next_map(this.#alive(), pointer);
    }
    return found;
  }

  programOf(ref: NativeRef): BpfProgram {
    const pointer = nativePointer<"bpf_program">(pointerOf(ref));
    return this.#program(pointer, this.#native.text(this.#native.program.symbols.bpf_program__name(pointer)));
  }

  mapOf(ref: NativeRef): BpfMap {
    const pointer = nativePointer<"bpf_map">(pointerOf(ref));
    const map = this.#map(pointer, this.#native.text(this.#native.map.symbols.bpf_map__name(pointer)));
    map.refresh();
    return map;
  }

  /** The programs and the map that may be the reason why this object did not load: those that the log names, or all programs. */
  #subjectOf({ program, map, reason = "" }: LogReading): Subject {
    const programs = this.programs().filter(({ name, autoload }) =>
      program === undefined ? autoload : name === program
    );
    const inner = shows([reason], "innerMap");
    return { action: "load", programs, map: map === undefined ? undefined : this.#shapeOf(map, { inner }) };
  }

  /** The definition of the map `name`, which may not be in the kernel yet. With `inner`, the definition of its inner maps. */
  #shapeOf(name: string, { inner }: { inner: boolean }): MapShape | undefined {
    const { symbols } = this.#native.map;
    const outer = this.#native.object.symbols.bpf_object__find_map_by_name(this.#alive(), cString(name));
    const pointer = inner && outer !== null ? symbols.bpf_map__inner_map(outer) : outer;
    if (pointer === null) return undefined;
    return {
      type: symbols.bpf_map__type(pointer),
      keySize: symbols.bpf_map__key_size(pointer),
      valueSize: symbols.bpf_map__value_size(pointer),
      maxEntries: symbols.bpf_map__max_entries(pointer),
      flags: symbols.bpf_map__map_flags(pointer),
    };
  }

  #program(pointer: NativePointer<"bpf_program">, name: string): NativeProgram {
    const key = Deno.UnsafePointer.value(pointer);
    const program = this.#programs.get(key) ?? new NativeProgram(this.#native, pointer, name, this);
    this.#programs.set(key, program);
    return program;
  }

  #map(pointer: NativePointer<"bpf_map">, name: string): NativeMap {
    const key = Deno.UnsafePointer.value(pointer);
    const map = this.#maps.get(key) ?? new NativeMap(this.#native, pointer, name, this);
    this.#maps.set(key, map);
    return map;
  }

  #alive(): NativePointer<"bpf_object"> {
    if (this.#pointer === undefined) throw new TypeError(`Cannot use object "${this.name}": closed`);
    return this.#pointer;
  }

  [Symbol.dispose](): void {
    const pointer = this.#pointer;
    // libbpf's links of USDT probes point into their object, so they are detached first.
    for (const link of [...this.#links].reverse()) link[Symbol.dispose]();
    this.#pointer = undefined;
    revoke(this.ref);
    if (pointer !== undefined) this.#native.object.symbols.bpf_object__close(pointer);
  }
}
