/**
 * Reads the maps of an object as libbpf creates them: those of `.maps`, one for each section of global variables, and struct_ops.
 *
 * @module
 */

import { MAP_FLAG, MapType } from "../bpf_numbers.ts";
import { type ElfFile, type ElfSection, isHidden } from "../elf/elf.ts";
import { dataKind, isStructOps } from "../elf/sections.ts";
import { layOutKconfig } from "../kconfig_layout.ts";
import { type BtfCheck, KIND, type SectionEntry } from "../validation/btf_check.ts";
import type { MapRequest } from "../validation/map_requests.ts";
import type { ObjectContents } from "../validation/validate_object.ts";
import { mapBytes } from "./map_bytes.ts";
import type { MapUses } from "./interfaces.ts";

/** The size of a page, to whose multiples libbpf rounds rings. Larger pages give larger rings. */
const PAGE_BYTES = 4096;
const MAX_RING_BYTES = 2 ** 31;

type MapShape = Omit<MapUses, "bytes">;

/** The maps. @param cpus the number of values in an element of a per-CPU map. */
export function readMapUses(contents: ObjectContents, cpus: number): MapUses[] {
  const shapes = [...contents.maps.flatMap(definedMaps), ...dataMaps(contents), ...structOpsMaps(contents)];
  return shapes.map((shape) => ({ ...shape, bytes: mapBytes(shape, cpus) }));
}

function definedMaps({ inner, pinned, name, type, keySize, valueSize, maxEntries, flags }: MapRequest): MapShape[] {
  const isRing = type === MapType.RINGBUF || type === MapType.USER_RINGBUF;
  const own: MapShape = {
    name,
    type,
    keySize,
    valueSize,
    maxEntries: isRing ? ringBytes(maxEntries) : maxEntries,
    flags,
    isPinned: pinned,
    structOps: undefined,
  };
  return inner === undefined ? [own] : [own, ...definedMaps(inner)];
}

/** libbpf rounds the size of a ring up to pages, whose number is a power of two. */
function ringBytes(sizeBytes: number): number {
  if (sizeBytes === 0) return 0;
  let rounded = PAGE_BYTES;
  while (rounded < sizeBytes) rounded *= 2;
  return rounded > MAX_RING_BYTES ? sizeBytes : rounded;
}

/** The maps of global variables, with the names of their sections. */
function dataMaps({ elf, btf }: ObjectContents): MapShape[] {
  const maps: MapShape[] = [];
  for (const section of elf.sections) {
    const kind = dataKind(section);
    if (kind === undefined || section.sizeBytes === 0) continue;
    const isMapped = btf !== undefined && hasGlobals(elf, btf, section);
    const flags = (kind === "rodata" ? MAP_FLAG.BPF_F_RDONLY_PROG : 0) | (isMapped ? MAP_FLAG.BPF_F_MMAPABLE : 0);
    maps.push(dataMap(section.name, section.sizeBytes, flags));
  }
  const kconfigBytes = btf === undefined ? 0 : kconfigSize(btf);
  const kconfigFlags = MAP_FLAG.BPF_F_RDONLY_PROG | MAP_FLAG.BPF_F_MMAPABLE;
  return kconfigBytes === 0 ? maps : [...maps, dataMap(".kconfig", kconfigBytes, kconfigFlags)];
}

function dataMap(name: string, valueSize: number, flags: number): MapShape {
  return {
    name,
    type: MapType.ARRAY,
    keySize: 4,
    valueSize,
    maxEntries: 1,
    flags,
    isPinned: false,
    structOps: undefined,
  };
}

/** True if libbpf makes the map of the section mappable: a variable is not static. */
function hasGlobals(elf: ElfFile, btf: BtfCheck, { name, index }: ElfSection): boolean {
  const hidden = new Set(elf.symbols.filter((one) => one.section === index && isHidden(one)).map(({ name }) => name));
  for (const { type } of entriesOf(btf, name)) {
    if (btf.kind(type) === KIND.VAR && !btf.isStatic(type) && !hidden.has(btf.name(type))) return true;
  }
  return false;
}

function kconfigSize(btf: BtfCheck): number {
  const variables: { name: string; sizeBytes: number; alignBytes: number }[] = [];
  for (const { type } of entriesOf(btf, ".kconfig")) {
    if (btf.kind(type) !== KIND.VAR) continue;
    const value = btf.resolve(btf.sizeOrType(type));
    const element = btf.kind(value) === KIND.ARRAY ? btf.array(value).element : value;
    const [sizeBytes = 0, alignBytes = 1] = [btf.sizeOf(type), btf.sizeOf(element)];
    variables.push({ name: btf.name(type), sizeBytes, alignBytes });
  }
  return layOutKconfig(variables).sizeBytes;
}

function structOpsMaps({ elf, btf }: ObjectContents): MapShape[] {
  if (btf === undefined) return [];
  return elf.sections.filter(({ name }) => isStructOps(name)).flatMap((section) =>
    [...entriesOf(btf, section.name)].map(({ type }): MapShape => {
      const struct = btf.resolve(btf.sizeOrType(type));
      return {
        name: btf.name(type),
        type: MapType.STRUCT_OPS,
        keySize: 4,
        valueSize: btf.sizeOrType(struct),
        maxEntries: 1,
        flags: section.name.endsWith(".link") ? MAP_FLAG.BPF_F_LINK : 0,
        isPinned: false,
        structOps: btf.name(struct),
      };
    })
  );
}

/** The variables that the types place in a section. */
function entriesOf(btf: BtfCheck, section: string): SectionEntry[] {
  return btf.sections.filter((id) => btf.name(id) === section).flatMap((id) => [...btf.entries(id)]);
}
