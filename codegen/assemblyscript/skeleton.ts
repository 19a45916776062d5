/**
 * Writes AssemblyScript: the types of an object, and a class with its maps, programs and variables by name, on top of the package in
 * wasm-include/assemblyscript/.
 *
 * @module
 */

import { enumText, indent, nameIn, recordText, valueType } from "./types.ts";
import { commentText, scriptLiteral } from "../source_text.ts";
import { className, GLOBALS, word, WORDS } from "./names.ts";
import { isBuffer } from "../map_kinds.ts";
import {
  type ModelMap,
  type ModelRecord,
  type ModelSection,
  type ModelType,
  type ObjectModel,
  sectionsWithVariables,
  sizeOf,
} from "../model.ts";
import { chooseNames } from "../unique_names.ts";

/** The package of the bindings. */
const PACKAGE = "wasm-bpf";
/** Bytes in a line of the source. */
const LINE_BYTES = 32;

/** The types of an object, as an AssemblyScript file. */
export function assemblyScriptTypes(model: ObjectModel): string {
  return fileText("types", new Names(model, []).typeTexts());
}

/** An AssemblyScript file with the object's bytes and types, and a class with its maps, programs and variables by name. */
export function assemblyScriptSkeleton(model: ObjectModel, object: Uint8Array): string {
  const names = new Names(model, sectionsWithVariables(model));
  return fileText("skeleton", [
    ...names.typeTexts(),
    mapsText(model, names),
    programsText(model, names),
    objectText(model, names),
    `/** The object: an ELF file. */\nconst OBJECT: StaticArray<u8> = [\n${byteLines(object)}\n];`,
  ]);
}

/** The classes of an object's records and enums, by their names in the model. */
export function classesOf(model: ObjectModel): ReadonlyMap<string, string> {
  return new Names(model, []).classes;
}

/** The names of one file, and the records in it. */
class Names {
  readonly classes: ReadonlyMap<string, string>;
  /** The class of the object: "Bootstrap" for "bootstrap_bpf". */
  readonly object: string;
  readonly #records: readonly ModelRecord[];
  readonly #elements = new Map<ModelMap, Elements>();
  readonly #wrappers = new Map<ModelType, ModelRecord>();

  constructor(readonly model: ObjectModel, readonly sections: readonly ModelSection[]) {
    const object = className(model.name.replace(/_bpf$/, ""));
    const wrappers = model.maps.flatMap((map) => this.#wrappersOf(map));
    this.#records = [...model.records, ...sections.map(({ variables }) => variables), ...wrappers];
    const constants = model.enums.filter(({ name }) => name === "").flatMap(({ values }) =>
      values.map(({ name }) => name)
    );
    const named = [...this.#records, ...model.enums.filter(({ name }) => name !== "")].map(({ name }) => name);
    const isConstant = new Set(constants);
    this.object = object;
    this.classes = chooseNames([...named, ...constants], {
      spell: (name) => isConstant.has(name) ? word(name) : className(name),
      reserved: [...WORDS, ...GLOBALS, object, `${object}Maps`, `${object}Progs`],
    });
  }

  elements(map: ModelMap): Elements {
    const known = this.#elements.get(map) ?? elementsOf(map);
    this.#elements.set(map, known);
    return known;
  }

  typeTexts(): string[] {
    return [
      ...this.model.enums.map((one) => enumText(one, this.classes)),
      ...this.#records.map((one) => recordText(one, this.classes)),
    ];
  }

  /** A key or a value as a type argument: a number, or a class. */
  argument(type: ModelType): string {
    const wrapper = this.#wrappers.get(type);
    if (wrapper !== undefined) return nameIn(this.classes, wrapper.name);
    return type.kind === "bool" ? "u8" : valueType(type, this.classes);
  }

  /** Keys and values that are neither numbers nor records get a class with one member. */
  #wrappersOf(map: ModelMap): ModelRecord[] {
    if (isBuffer(map)) return [];
    const { key, value } = this.elements(map);
    const parts = [[key, `${map.member}_key`], [value, `${map.member}_value`]] as const;
    return parts.flatMap(([type, name]) => {
      if (type === undefined || (type.kind !== "array" && type.kind !== "bytes")) return [];
      const sizeBytes = sizeOf(type);
      const field = { name: "value", offset: 0, sizeBytes, type, role: "member" } as const;
      const flags = { isUnion: false, alignBytes: 1, isPacked: true, bitFields: [] };
      const wrapper: ModelRecord = { name, sizeBytes, fields: [field], ...flags };
      this.#wrappers.set(type, wrapper);
      return [wrapper];
    });
  }
}

/** The types of a map's elements. A definition with only a size gives a number or bytes; undefined stands for nothing. */
interface Elements {
  readonly key: ModelType | undefined;
  readonly value: ModelType | undefined;
}

function elementsOf({ key, value, keySize, valueSize }: ModelMap): Elements {
  return { key: key ?? sized(keySize), value: value ?? sized(valueSize) };
}

function sized(sizeBytes: number): ModelType | undefined {
  if (sizeBytes === 0) return undefined;
  if (sizeBytes === 1 || sizeBytes === 2 || sizeBytes === 4 || sizeBytes === 8) {
    return { kind: "int", sizeBytes, signed: false, isChar: false };
  }
  return { kind: "bytes", sizeBytes };
}

/** The class of a map with its type arguments. */
function mapClass(map: ModelMap, names: Names): string {
  const { key, value } = names.elements(map);
  if (isBuffer(map) || value === undefined) return "MapHandle";
  if (key === undefined) return `BpfQueue<${names.argument(value)}>`;
  return `${map.isPerCpu ? "PerCpuMap" : "BpfMap"}<${names.argument(key)}, ${names.argument(value)}>`;
}

function mapsText({ name, maps, structOps }: ObjectModel, names: Names): string {
  const members = chooseNames([...maps, ...structOps].map(({ member }) => member), {
    spell: word,
    reserved: ["constructor"],
  });
  const all = [
    ...maps.map((map) => ({ map, type: mapClass(map, names) })),
    ...structOps.map((map) => ({ map, type: "MapHandle" })),
  ].map(({ map, type }) => ({ member: nameIn(members, map.member), name: map.name, type }));
  return holderText({
    about: `The maps of the object "${commentText(name)}".`,
    name: `${names.object}Maps`,
    members: all.map((one) => `readonly ${one.member}: ${one.type};`),
    values: all.map((one) => `this.${one.member} = new ${one.type}(object.mapHandle(${scriptLiteral(one.name)}));`),
  });
}

function programsText({ name, programs }: ObjectModel, names: Names): string {
  const members = chooseNames(programs.map(({ member }) => member), { spell: word, reserved: ["constructor"] });
  return holderText({
    about: `The programs of the object "${commentText(name)}".`,
    name: `${names.object}Progs`,
    members: programs.map(({ member, section }) =>
      `/** \`${commentText(section)}\` */\nreadonly ${nameIn(members, member)}: BpfProgram;`
    ),
    values: programs.map(({ name, member }) =>
      `this.${nameIn(members, member)} = object.program(${scriptLiteral(name)});`
    ),
  });
}

function holderText(
  { about, name, members, values }: { about: string; name: string; members: string[]; values: string[] },
): string {
  return `/** ${about} */
export class ${name} {
${indent(members)}

  constructor(object: BpfObject) {
${indent(values.map((value) => `  ${value}`))}
  }
}`;
}

const KINDS = { rodata: "CONSTANT", kconfig: "CONFIGURATION" } as const;

function objectText({ name, unreachable }: ObjectModel, names: Names): string {
  const { sections, object: own } = names;
  const reserved = "attach close constructor load maps object open progs tryAttach tryLoad tryOpen".split(" ");
  const members = chooseNames(sections.map(({ member }) => member), { spell: word, reserved });
  const fields = sections.map((section) =>
    `/** ${about(section)} */\nreadonly ${nameIn(members, section.member)}: ${
      nameIn(names.classes, section.variables.name)
    };`
  );
  const values = sections.map(({ member, mapName, kind, variables }) => {
    const section = `object.section(${scriptLiteral(mapName)}, SectionKind.${kindOf(kind)}, ${variables.sizeBytes})`;
    return `this.${nameIn(members, member)} = changetype<${
      nameIn(names.classes, variables.name)
    }>(${section}.address);`;
  });
  const missing = unreachable.map((variable) =>
    `\n * The variable ${commentText(variable)} lies in an arena, which a guest cannot reach.`
  );
  return `/**
 * The object "${commentText(name)}": \`${own}.open()\`, set variables, \`load()\`, \`attach()\`.${missing.join("")}
 */
export class ${own} {
  readonly maps: ${own}Maps;
  readonly progs: ${own}Progs;
${indent(fields)}

  private constructor(readonly object: BpfObject) {
    this.maps = new ${own}Maps(object);
    this.progs = new ${own}Progs(object);
${indent(values.map((value) => `  ${value}`))}
  }

${methodsText(own, scriptLiteral(name))}
}`;
}

/** The methods of every skeleton. @param literal the name of the object. */
function methodsText(own: string, literal: string): string {
  return `  /** Opens the object. Ends the guest if that fails. */
  static open(): ${own} {
    return new ${own}(BpfObject.open(OBJECT, ${literal}));
  }

  /** As \`open()\`. Returns null if it fails. */
  static tryOpen(): ${own} | null {
    const object = BpfObject.tryOpen(OBJECT, ${literal});
    return object == null ? null : new ${own}(object);
  }

  /** Loads the object into the kernel, with the variables as they are now. */
  load(): void {
    this.object.load();
  }

  /** As \`load()\`. Returns false if it fails. */
  tryLoad(): bool {
    return this.object.tryLoad();
  }

  /** Attaches all programs whose section says where. */
  attach(): void {
    this.object.attach();
  }

  /** As \`attach()\`. Returns false if it fails. */
  tryAttach(): bool {
    return this.object.tryAttach();
  }

  /** Detaches the programs and closes the maps. */
  close(): void {
    this.object.close();
  }`;
}

function kindOf(kind: ModelSection["kind"]): string {
  return kind === "rodata" || kind === "kconfig" ? KINDS[kind] : "SHARED";
}

function about({ kind, mapName }: ModelSection): string {
  const name = `\`${commentText(mapName)}\``;
  if (kind === "rodata") return `Variables in ${name}. Set them before \`load()\`.`;
  if (kind === "kconfig") return `The kernel's configuration, ${name}. \`load()\` sets it.`;
  return `Variables in ${name}. After \`load()\`, programs and guest share them.`;
}

function fileText(command: string, parts: readonly string[]): string {
  const body = parts.join("\n\n");
  const used = IMPORTS.filter((name) => new RegExp(`\\b${name}\\b`).test(body));
  const imports = used.length === 0 ? "" : `import { ${used.join(", ")} } from "${PACKAGE}";\n\n`;
  return `// Generated by wasm-bpf gen ${command} --lang assemblyscript; do not edit.

${imports}${body}
`;
}

const IMPORTS = [
  "bits",
  "BpfMap",
  "BpfObject",
  "BpfProgram",
  "BpfQueue",
  "MapHandle",
  "PerCpuMap",
  "SectionKind",
  "setBits",
  "setTextAt",
  "signedBits",
  "textAt",
  "zeroed",
];

function byteLines(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    rows.push(`  ${bytes.subarray(at, at + LINE_BYTES).join(",")},`);
  }
  return rows.join("\n");
}
