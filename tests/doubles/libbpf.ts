/**
 * A libbpf in plain TypeScript, for tests of the host. It keeps maps in memory and records links. Addresses are offsets into the
 * bytes that a call gets.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type {
  AttachTarget,
  Batch,
  BatchWalk,
  BpfLink,
  BpfMap,
  BpfObject,
  BpfProgram,
  DescribedMap,
  Libbpf,
  MapCall,
  OpenObjectOptions,
} from "../../ffi/libbpf/interfaces/mod.ts";
import { elementBytes } from "../../ffi/libbpf/kernel_map.ts";
import { openWindow } from "../../ffi/system/memory_window.ts";
import { MAP_COMMAND, MapType } from "../../object/bpf_numbers.ts";
import { FakeCalls } from "./calls.ts";
import { FakeDescriptors } from "./descriptors.ts";

const EINVAL = -LINUX_ERRNO.EINVAL;
const EBADF = -LINUX_ERRNO.EBADF;
const ENOENT = -LINUX_ERRNO.ENOENT;
const E2BIG = -LINUX_ERRNO.E2BIG;
const EEXIST = -LINUX_ERRNO.EEXIST;
const EOPNOTSUPP = -LINUX_ERRNO.EOPNOTSUPP;
const BPF_NOEXIST = 1;
const BPF_EXIST = 2;

/** The definition of a map of a fake object. */
export interface FakeMapDefinition {
  readonly name: string;
  /** MapType.HASH by default. */
  readonly type?: number;
  /** Bytes; 4 by default, as is valueSize. */
  readonly keySize?: number;
  readonly valueSize?: number;
  maxEntries?: number;
  /** None by default. */
  readonly flags?: number;
  /** Its initial bytes, for a map of global variables; none by default. */
  readonly initialValue?: Uint8Array<ArrayBuffer>;
  /** The descriptor of a real file, for a map whose memory is shared; by default a number that no file has. */
  readonly fd?: number;
}

/** The definition of a program of a fake object. */
export interface FakeProgramDefinition {
  readonly name: string;
  readonly sectionName: string;
  /** A value of ProgramType. */
  readonly type: number;
  readonly expectedAttachType?: number;
}

/** The contents of every object that a {@link FakeLibbpf} opens. */
export interface FakeObjectDefinition {
  readonly maps?: readonly FakeMapDefinition[];
  readonly programs?: readonly FakeProgramDefinition[];
}

/** See the module's documentation. Refuses to open an object without bytes, as libbpf does. */
export class FakeLibbpf implements Libbpf {
  readonly version = "v1.5";
  readonly path = "fake";
  readonly origin = "built";
  readonly isPatched: boolean;
  readonly possibleCpus: number;
  /** The current attachments in order: "program NAME" or "map NAME", and the target. */
  readonly attached: { what: string; target: AttachTarget | undefined }[] = [];
  /** The descriptors of programs and maps. */
  readonly openDescriptors = new FakeDescriptors(201);
  /** The memory that direct map calls work on. */
  memory: WebAssembly.Memory | undefined;
  /** The directory for pinned maps of each object that was opened. */
  readonly pinRootPaths: string[] = [];
  /** The number of open objects. */
  openObjects = 0;
  /** Makes the next load fail with this. */
  loadError: BpfError | undefined;
  /** The number of calls of the function from {@link FakeLibbpf.openMapCall}. */
  directCalls = 0;
  /** The maps of all open objects, by descriptor. */
  readonly maps = new Map<number, FakeMap>();
  readonly calls = new FakeCalls();
  readonly #definition: FakeObjectDefinition;

  constructor(definition: FakeObjectDefinition = {}, options: { possibleCpus?: number; isPatched?: boolean } = {}) {
    this.#definition = definition;
    this.possibleCpus = options.possibleCpus ?? 2;
    this.isPatched = options.isPatched ?? true;
  }

  openObject(bytes: Uint8Array<ArrayBuffer>, options: OpenObjectOptions = {}): BpfObject {
    const name = options.name ?? "object";
    if (options.pinRootPath !== undefined) this.pinRootPaths.push(options.pinRootPath);
    if (bytes.length === 0) {
      throw new BpfError({ operation: "open", kind: "object", subject: name }, LINUX_ERRNO.EINVAL);
    }
    return new FakeObject(this, name, this.#definition);
  }

  mapOf(fd: number): DescribedMap {
    const map = this.maps.get(fd);
    if (map === undefined) throw new BpfError({ operation: "use", kind: "map", words: "a map" }, LINUX_ERRNO.EINVAL);
    return map;
  }

  /** Returns a function that works on {@link memory}. */
  openMapCall(): MapCall {
    return (...parameters) => this.#mapCall(...parameters);
  }

  readonly #mapCall: MapCall = (command, fd, keyAddress, valueAddress, wideFlags) => {
    this.directCalls++;
    const map = this.maps.get(fd);
    if (map === undefined || this.memory === undefined) return EBADF;
    const bytes = new Uint8Array(this.memory.buffer as ArrayBuffer);
    const { base } = openWindow(this.memory);
    const offsetOf = (address: bigint) => address === 0n ? -1 : Number(address) - base;
    const [key, value, flags] = [offsetOf(keyAddress), offsetOf(valueAddress), Number(wideFlags)];
    switch (command) {
      case MAP_COMMAND.LOOKUP:
        return map.lookup(bytes, key, value);
      case MAP_COMMAND.UPDATE:
        return map.update(bytes, key, value, flags);
      case MAP_COMMAND.DELETE:
        return value === -1 ? map.delete(bytes, key) : EINVAL;
      case MAP_COMMAND.GET_NEXT_KEY:
        return map.nextKey(bytes, key === -1 ? undefined : key, value);
      case MAP_COMMAND.LOOKUP_AND_DELETE:
        return map.lookupAndDelete(bytes, key, value);
      default:
        return EINVAL;
    }
  };

  /** Records an attachment until its link is disposed. */
  link(what: string, target: AttachTarget | undefined): BpfLink {
    const entry = { what, target };
    this.attached.push(entry);
    return {
      description: what,
      [Symbol.dispose]: () => {
        const index = this.attached.indexOf(entry);
        if (index >= 0) this.attached.splice(index, 1);
      },
    };
  }

  [Symbol.dispose](): void {
    if (this.openObjects > 0) throw new TypeError(`Cannot close libbpf: ${this.openObjects} objects are open`);
  }
}

class FakeObject implements BpfObject {
  readonly name: string;
  readonly ref = { struct: "bpf_object" };
  readonly #libbpf: FakeLibbpf;
  readonly #maps: readonly FakeMap[];
  readonly #programs: readonly BpfProgram[];
  #open = true;

  constructor(libbpf: FakeLibbpf, name: string, { maps = [], programs = [] }: FakeObjectDefinition) {
    this.#libbpf = libbpf;
    this.name = name;
    this.#maps = maps.map((map) => new FakeMap(libbpf, map));
    this.#programs = programs.map((program) => fakeProgram(libbpf, program));
    libbpf.openObjects++;
  }

  load(): void {
    const error = this.#libbpf.loadError;
    this.#libbpf.loadError = undefined;
    if (error !== undefined) throw error;
  }

  findProgram(name: string): BpfProgram | undefined {
    return this.#programs.find((program) => program.name === name);
  }

  findMap(name: string): BpfMap | undefined {
    return this.#maps.find((map) => map.name === name || (name.startsWith(".") && map.name.endsWith(name)));
  }

  programs(): readonly BpfProgram[] {
    return this.#programs;
  }

  maps(): readonly BpfMap[] {
    return this.#maps;
  }

  programOf(): BpfProgram {
    return this.#programs[0] ?? fakeProgram(this.#libbpf, { name: "program", sectionName: "xdp", type: 6 });
  }

  /** The fake calls give an object only one map. */
  mapOf(): BpfMap {
    const [map] = this.#maps;
    if (map === undefined) throw new TypeError("Cannot find a map: the object has none");
    return map;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#libbpf.openObjects--;
    for (const map of this.#maps) map.close();
    for (const program of this.#programs) this.#libbpf.openDescriptors.close(program.fd);
  }
}

function fakeProgram(libbpf: FakeLibbpf, definition: FakeProgramDefinition): BpfProgram {
  const { name, sectionName, type, expectedAttachType = 0 } = definition;
  return {
    name,
    sectionName,
    type,
    expectedAttachType,
    fd: libbpf.openDescriptors.open(),
    autoload: true,
    attach: (target: AttachTarget = { kind: "section" }) => libbpf.link(`program ${name}`, target),
  };
}

/** A hash with keys as text. Arrays are hashes that have every key. */
class FakeMap implements BpfMap, DescribedMap {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly elementBytes: number;
  maxEntries: number;
  readonly flags: number;
  readonly autocreate = true;
  readonly fd: number;
  readonly #isFile: boolean;
  readonly #libbpf: FakeLibbpf;
  readonly #elements = new Map<string, Uint8Array>();
  readonly #initialValue: Uint8Array<ArrayBuffer> | undefined;
  #open = true;

  constructor(libbpf: FakeLibbpf, definition: FakeMapDefinition) {
    const { name, type = MapType.HASH, keySize = 4, valueSize = 4, maxEntries = 16 } = definition;
    this.#libbpf = libbpf;
    this.#initialValue = definition.initialValue;
    this.name = name;
    this.type = type;
    this.flags = definition.flags ?? 0;
    this.keySize = keySize;
    this.valueSize = valueSize;
    this.maxEntries = maxEntries;
    this.elementBytes = elementBytes(type, valueSize, libbpf);
    this.#isFile = definition.fd !== undefined;
    this.fd = definition.fd ?? libbpf.openDescriptors.open();
    libbpf.maps.set(this.fd, this);
  }

  end(): void {}

  lookup(memory: Uint8Array<ArrayBuffer>, key: number, value: number): number {
    if (!this.#open) return EBADF;
    const element = this.#elements.get(this.#keyAt(memory, key));
    if (element === undefined) return ENOENT;
    memory.set(element, value);
    return 0;
  }

  update(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    if (!this.#open) return EBADF;
    const text = this.#keyAt(memory, key);
    const known = this.#elements.has(text);
    if (known && flags === BPF_NOEXIST) return EEXIST;
    if (!known && flags === BPF_EXIST) return ENOENT;
    if (!known && this.#elements.size >= this.maxEntries) return E2BIG;
    this.#elements.set(text, memory.slice(value, value + this.elementBytes));
    return 0;
  }

  delete(memory: Uint8Array<ArrayBuffer>, key: number): number {
    if (!this.#open) return EBADF;
    return this.#elements.delete(this.#keyAt(memory, key)) ? 0 : ENOENT;
  }

  nextKey(memory: Uint8Array<ArrayBuffer>, key: number | undefined, nextKey: number): number {
    if (!this.#open) return EBADF;
    const keys = [...this.#elements.keys()];
    const at = key === undefined ? -1 : keys.indexOf(this.#keyAt(memory, key));
    const next = keys[at + 1];
    if (next === undefined) return ENOENT;
    memory.set(next === "" ? [] : next.split(",").map(Number), nextKey);
    return 0;
  }

  lookupAndDelete(memory: Uint8Array<ArrayBuffer>, key: number, value: number): number {
    const result = this.lookup(memory, key, value);
    return result === 0 ? this.delete(memory, key) : result;
  }

  lookupBatch(_memory: Uint8Array<ArrayBuffer>, _batch: BatchWalk): number {
    return EOPNOTSUPP;
  }

  lookupAndDeleteBatch(_memory: Uint8Array<ArrayBuffer>, _batch: BatchWalk): number {
    return EOPNOTSUPP;
  }

  updateBatch(_memory: Uint8Array<ArrayBuffer>, _batch: Batch): number {
    return EOPNOTSUPP;
  }

  deleteBatch(_memory: Uint8Array<ArrayBuffer>, _batch: Omit<Batch, "values">): number {
    return EOPNOTSUPP;
  }

  initialValue(): Uint8Array<ArrayBuffer> | undefined {
    return this.#initialValue;
  }

  setMaxEntries(count: number): void {
    this.maxEntries = count;
  }

  setInitialValue(_value: Uint8Array<ArrayBuffer>): void {
    throw new BpfError({
      operation: "set",
      kind: "map",
      subject: this.name,
      words: `the initial value of map "${this.name}"`,
    }, LINUX_ERRNO.EINVAL);
  }

  attachStructOps(): BpfLink {
    return this.#libbpf.link(`map ${this.name}`, undefined);
  }

  close(): void {
    this.#open = false;
    this.#libbpf.maps.delete(this.fd);
    if (!this.#isFile) this.#libbpf.openDescriptors.close(this.fd);
  }

  #keyAt(memory: Uint8Array, at: number): string {
    return memory.subarray(at, at + this.keySize).join(",");
  }
}
