/**
 * A guest of version 2 on doubles: it has an object with a program, a map and a link.
 *
 * @module
 */

import { KernelDescriptor } from "../../host/core/descriptors.ts";
import { lineOf } from "../../host/libbpf/functions.ts";
import type { FakeObjectDefinition } from "./libbpf.ts";
import { LIBBPF_FUNCTIONS } from "./libbpf_functions.ts";
import type { ImportTable } from "../../host/core/imports.ts";
import { shapeOf } from "../../host/libbpf/shape.ts";
import { EMPTY_OBJECT, FakeGuest, makeAll, OBJECT_AT } from "./guest.ts";
import { type ArgumentSources, rightArguments } from "./import_arguments.ts";

const TEXT_AT = 0x100;
const BYTES_AT = 0x1000;
const OPTIONS_AT = 0x2000;

/** The imports of version 2 for a {@link FakeGuest} with 32-bit addresses and a directory. */
export class Version2Guest {
  readonly imports: ImportTable;
  readonly sources: ArgumentSources;

  /** Opens an object. The fake libbpf accepts all calls. */
  constructor(guest: FakeGuest) {
    this.imports = makeAll(LIBBPF_FUNCTIONS, guest.context);
    guest.put(TEXT_AT, "name");
    new Uint8Array(guest.memory.buffer).set(EMPTY_OBJECT, OBJECT_AT);
    const object = this.number("bpf_object__open_mem", OBJECT_AT, EMPTY_OBJECT.length, 0);
    const program = this.number("bpf_object__find_program_by_name", object, TEXT_AT);
    const map = this.number("bpf_object__find_map_by_name", object, TEXT_AT);
    guest.put(OPTIONS_AT, [8, 0, 0, 0, 0, 0]);
    const { descriptors } = guest.context;
    const add = (kind: "program" | "link" | "btf" | "perf_event") => descriptors.add(new KernelDescriptor(kind, 1));
    this.sources = {
      handles: {
        bpf_object: object,
        bpf_program: program,
        bpf_map: map,
        // The only kind that every function of links accepts.
        bpf_link: this.number("bpf_map__attach_struct_ops", map),
      },
      fds: {
        map: this.number("bpf_map__fd", map),
        program: add("program"),
        link: add("link"),
        btf: add("btf"),
        perf_event: add("perf_event"),
        file: 3,
      },
      text: TEXT_AT,
      options: OPTIONS_AT,
      bytes: BYTES_AT,
      callback: 0,
      addressBits: 32,
    };
  }

  /** Calls an import. @returns its result as a number. */
  number(name: string, ...values: (number | bigint)[]): number {
    const call = this.imports[name];
    if (call === undefined) throw new TypeError(`Cannot call ${name}: no such import`);
    return Number(call(...values) ?? 0);
  }

  /** Calls an import with right arguments. */
  call(name: string): number {
    return this.number(name, ...rightArguments(shapeOf(name), lineOf(name)?.parameters ?? {}, this.sources));
  }
}

/** An object with a program and a map. */
const OBJECT = {
  programs: [{ name: "program", sectionName: "lsm/file_open", type: 29 }],
  maps: [{ name: "hash" }],
};

/** Opens a guest of version 2. `made` has the calls of libbpf from then on. */
export function openVersion2(
  options: ConstructorParameters<typeof FakeGuest>[1] = {},
  object: FakeObjectDefinition = OBJECT,
) {
  const guest = new FakeGuest(object, options);
  const version2 = new Version2Guest(guest);
  const { made } = guest.libbpf.calls;
  made.length = 0;
  return { guest, version2, made, handles: version2.sources.handles };
}
