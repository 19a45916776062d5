// SPDX-License-Identifier: MIT

import { ERRNO, exitWithError, failed, refuse } from "./errors";
import {
  bpf_map_munmap,
  bpf_object__close,
  bpf_object__find_map_by_name,
  bpf_object__find_program_by_name,
  bpf_object__load,
  bpf_object__next_program,
  bpf_object__open_mem,
  bpf_program__attach,
} from "./imports";
import { BpfLink } from "./link";
import { MapHandle } from "./map_handle";
import { listen } from "./messages";
import { BpfProgram } from "./program";
import { Section, SectionKind } from "./section";
import { cString } from "./values";

/** `struct bpf_object_open_opts` up to `object_name`, in the layout of 64-bit machines. */
const openOptions = memory.data(16);

/** A compiled object. Its programs, maps and variables can be changed before `load()`. */
export class BpfObject {
  /** The links of `attach()`. */
  readonly links: BpfLink[] = [];
  private sections: Section[] = [];
  private isLoaded: bool = false;

  constructor(private handle: usize, readonly name: string) {}

  /**
   * Opens an object: the bytes of an ELF file.
   *
   * @param name the maps of its variables are called after it: "name.bss".
   */
  static open(bytes: StaticArray<u8>, name: string = "object"): BpfObject {
    const object = BpfObject.tryOpen(bytes, name);
    if (object == null) exitWithError();
    return object!;
  }

  /** As `open()`. Returns null if it fails. */
  static tryOpen(bytes: StaticArray<u8>, name: string = "object"): BpfObject | null {
    listen();
    const text = cString(name);
    store<u64>(openOptions, 16);
    store<u64>(openOptions, changetype<usize>(text), 8);
    const handle = bpf_object__open_mem(changetype<usize>(bytes), bytes.length, openOptions);
    return failed(`open object "${name}"`, <i32>handle) ? null : new BpfObject(handle, name);
  }

  /** libbpf's map of this name. Ends the guest if there is none. */
  private find(kind: string, name: string, handle: isize): usize {
    if (!failed(`find ${kind} "${name}"`, <i32>handle)) {
      if (handle != 0) return handle;
      refuse(`find ${kind} "${name}"`, ERRNO.ENOENT);
    }
    exitWithError();
    return 0;
  }

  /** A map by its name, for `new BpfMap<K, V>(handle)` and the other classes of maps. */
  mapHandle(name: string): usize {
    return this.find("map", name, bpf_object__find_map_by_name(this.handle, changetype<usize>(cString(name))));
  }

  /** A map by its name. */
  map(name: string): MapHandle {
    return new MapHandle(this.mapHandle(name));
  }

  /** A program by its name. */
  program(name: string): BpfProgram {
    const handle = bpf_object__find_program_by_name(this.handle, changetype<usize>(cString(name)));
    return new BpfProgram(this.find("program", name, handle));
  }

  /** All programs. */
  programs(): BpfProgram[] {
    const found: BpfProgram[] = [];
    let handle = bpf_object__next_program(this.handle, 0);
    for (; handle > 0; handle = bpf_object__next_program(this.handle, handle)) found.push(new BpfProgram(handle));
    return found;
  }

  /** A section of global variables, which `load()` writes and shares. Generated code calls it before load. */
  section(map: string, kind: SectionKind, sizeBytes: usize): Section {
    const section = new Section(this.map(map), kind, sizeBytes);
    this.sections.push(section);
    return section;
  }

  /** Loads the maps and programs into the kernel, with the variables as they are now. */
  load(): void {
    if (!this.tryLoad()) exitWithError();
  }

  /** As `load()`. Returns false if it fails; `BpfError.last!.log` then has the verifier's messages. */
  tryLoad(): bool {
    for (let i = 0; i < this.sections.length; i++) {
      if (!this.sections[i].write()) return false;
    }
    if (failed(`load object "${this.name}"`, bpf_object__load(this.handle))) return false;
    this.isLoaded = true;
    for (let i = 0; i < this.sections.length; i++) {
      if (!this.sections[i].share()) return false;
    }
    return true;
  }

  /** Attaches all programs whose section says where. */
  attach(): void {
    if (!this.tryAttach()) exitWithError();
  }

  /** As `attach()`. Returns false if a program cannot be attached. Those before it stay attached. */
  tryAttach(): bool {
    const programs = this.programs();
    for (let i = 0; i < programs.length; i++) {
      const program = programs[i];
      if (program.fd < 0) continue;
      const handle = bpf_program__attach(program.handle);
      // The section does not say where.
      if (handle == 0) continue;
      const link = BpfLink.made(program.operation, handle);
      if (link == null) return false;
      this.links.push(link);
    }
    return true;
  }

  /** Detaches the programs, and closes the maps. Buffers and iterators must be closed before. */
  close(): void {
    if (this.handle == 0) return;
    for (let i = 0; i < this.sections.length; i++) {
      const section = this.sections[i];
      if (this.isLoaded && section.kind == SectionKind.SHARED) bpf_map_munmap(section.map.fd);
    }
    for (let i = 0; i < this.links.length; i++) this.links[i].destroy();
    bpf_object__close(this.handle);
    this.handle = 0;
  }
}
