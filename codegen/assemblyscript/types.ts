/**
 * Writes records and enums in AssemblyScript. A record is an unmanaged class: its instance is an address, and its properties read and
 * write the bytes there. AssemblyScript has no structs in structs, unions and packed fields; properties need none.
 *
 * @module
 */

import { chooseNames } from "../unique_names.ts";
import { commentText } from "../source_text.ts";
import { GLOBALS, word } from "./names.ts";
import {
  isText,
  type ModelBitField,
  type ModelEnum,
  type ModelField,
  type ModelRecord,
  type ModelType,
  sizeOf,
} from "../model.ts";

/** The classes and namespaces of records and enums, by their names in the model. */
export type ClassNames = ReadonlyMap<string, string>;

const THIS = "changetype<usize>(this)";

/** The address of a field. */
function placeOf(offset: number): string {
  return offset === 0 ? THIS : `${THIS} + ${offset}`;
}

/** An enum: a namespace of constants. Without a name, the constants are the file's. */
export function enumText({ name, sizeBytes, signed, values }: ModelEnum, names: ClassNames): string {
  const type = intType(sizeBytes, signed);
  const inFile = name === "";
  const own = inFile ? names : chooseNames(values.map((one) => one.name), { spell: word, reserved: GLOBALS });
  const constants = values.map((one) => `export const ${nameIn(own, one.name)}: ${type} = ${numberText(one.value)};`);
  if (inFile) return constants.join("\n");
  return `/** The constants of \`enum ${commentText(name)}\`. */\nexport namespace ${nameIn(names, name)} {\n${
    indent(constants)
  }\n}`;
}

/** A struct or a union. */
export function recordText(record: ModelRecord, names: ClassNames): string {
  const { name, isUnion, sizeBytes, fields, bitFields } = record;
  const own = nameIn(names, name);
  const members = fields.filter(({ role }) => role === "member");
  const chosen = propertyNames(record);
  const properties = [
    ...members.map((field) => fieldText(field, nameIn(chosen, field.name), names)),
    ...bitFields.map((field) => bitText(field, nameIn(chosen, field.name), record)),
  ];
  return `/** \`${isUnion ? "union" : "struct"} ${
    commentText(name)
  }\`: ${sizeBytes} bytes. \`new\` makes one with zeros, which \`destroy()\` frees. */
@final
@unmanaged
export class ${own} {
  constructor() {
    return changetype<${own}>(zeroed(${sizeBytes}));
  }

  get byteLength(): usize {
    return ${sizeBytes};
  }
${properties.map((text) => `\n${indent([text])}\n`).join("")}}`;
}

/** The names of a record's properties, by the names of its fields and bit-fields. */
export function propertyNames({ fields, bitFields }: ModelRecord): ReadonlyMap<string, string> {
  const members = fields.filter(({ role }) => role === "member");
  const byName = new Map(members.map((field) => [field.name, field]));
  return chooseNames([...members, ...bitFields].map((one) => one.name), {
    spell: word,
    reserved: ["byteLength", "constructor"],
    formsOf: (spelled, name) => formsOf(spelled, byName.get(name)),
  });
}

/** All names that a field brings into its class. */
function formsOf(spelled: string, field: ModelField | undefined): string[] {
  return field !== undefined && isList(field.type) ? [spelled, `set_${spelled}`, `${spelled}_address`] : [spelled];
}

/** True for an array whose elements need an index. Text has none, and an array without elements is only a place. */
function isList(type: ModelType): boolean {
  return type.kind === "array" && !isText(type) && type.length > 0;
}

function fieldText({ type, offset, sizeBytes }: ModelField, name: string, names: ClassNames): string {
  if (type.kind === "array" && isList(type)) return listText(type, { name, offset }, names);
  const at = placeOf(offset);
  const [read, write] = accessOf(type, at, names);
  const shown = valueType(type, names);
  const getter = `/** At ${offset}: ${describe(type, names)}${isPlace(type) ? `, ${sizeBytes} bytes` : ""}. */
get ${name}(): ${shown} {
  return ${read};
}`;
  return write === undefined ? getter : `${getter}\n\nset ${name}(value: ${shown}) {\n  ${write};\n}`;
}

/** The expressions that read and write a value at an address. */
function accessOf(type: ModelType, at: string, names: ClassNames): [read: string, write: string | undefined] {
  if (isPlace(type)) return [at, undefined];
  if (type.kind === "array") return [`textAt(${at}, ${type.length})`, `setTextAt(${at}, ${type.length}, value)`];
  if (type.kind === "record") {
    const own = nameIn(names, type.record.name);
    return [`changetype<${own}>(${at})`, `memory.copy(${at}, changetype<usize>(value), ${type.record.sizeBytes})`];
  }
  if (type.kind === "bool") return [`load<u8>(${at}) != 0`, `store<u8>(${at}, value)`];
  const stored = valueType(type, names);
  return [`load<${stored}>(${at})`, `store<${stored}>(${at}, value)`];
}

/** A value that has only an address: bytes without a structure, an array without elements. */
function isPlace(type: ModelType): boolean {
  return type.kind === "bytes" || (type.kind === "array" && !isText(type)) ||
    (type.kind === "array" && type.length === 0);
}

/** An array: a method with an index for each dimension. */
function listText(
  type: ModelType & { kind: "array" },
  place: { name: string; offset: number },
  names: ClassNames,
): string {
  const { name, offset } = place;
  const { lengths, element, stepBytes } = dimensionsOf(type);
  const indices = lengths.map((_, i) => lengths.length === 1 ? "index" : `index${i}`);
  const parameters = indices.map((index) => `${index}: i32`).join(", ");
  const checks = indices.map((index, i) =>
    `if (<u32>${index} >= ${lengths[i]}) throw new RangeError("${name} has ${lengths[i]} elements");`
  );
  const position = indices.reduce(
    (sum, index, i) => i === 0 ? `<usize>${index}` : `(${sum} * ${lengths[i]} + ${index})`,
    "",
  );
  const at = `${placeOf(offset)} + ${position} * ${stepBytes}`;
  const [read, write] = accessOf(element, at, names);
  const shown = valueType(element, names);
  const extents = lengths.map((length) => `[${length}]`).join("");
  const getter = `/** At ${offset}: ${describe(element, names)} ${extents}. */
${name}(${parameters}): ${shown} {
${indent([...checks, `return ${read};`])}
}`;
  const setter = write === undefined ? "" : `

set_${name}(${parameters}, value: ${shown}): void {
${indent([...checks, `${write};`])}
}`;
  return `${getter}${setter}

/** The address of the first element. */
get ${name}_address(): usize {
  return ${placeOf(offset)};
}`;
}

/** The lengths of an array of arrays, and the element in them. Text is an element. */
function dimensionsOf(
  type: ModelType & { kind: "array" },
): { lengths: number[]; element: ModelType; stepBytes: number } {
  const lengths: number[] = [];
  let element: ModelType = type;
  while (element.kind === "array" && isList(element)) {
    lengths.push(element.length);
    element = element.element;
  }
  return { lengths, element, stepBytes: sizeOf(element) };
}

function bitText({ name, storage, shift, bits, signed }: ModelBitField, own: string, record: ModelRecord): string {
  const offset = record.fields.find((field) => field.name === storage)?.offset ?? 0;
  const type = intType(bits > 32 ? 8 : 4, signed);
  const at = `${placeOf(offset)}, ${shift}, ${bits}`;
  return `/** \`${commentText(name)}\`: a bit-field of ${bits} bits. */
get ${own}(): ${type} {
  return <${type}>${signed ? "signedBits" : "bits"}(${at});
}

set ${own}(value: ${type}) {
  setBits(${at}, value);
}`;
}

/** The type of a value in the source. */
export function valueType(type: ModelType, names: ClassNames): string {
  switch (type.kind) {
    case "int":
      return intType(type.sizeBytes, type.signed);
    case "bool":
      return "bool";
    case "float":
      return `f${type.sizeBytes * 8}`;
    case "pointer":
      return "u64";
    case "array":
      return isPlace(type) ? "usize" : "string";
    case "record":
      return nameIn(names, type.record.name);
    case "enum":
      return intType(type.enumeration.sizeBytes, type.enumeration.signed);
    case "bytes":
      return "usize";
  }
}

function describe(type: ModelType, names: ClassNames): string {
  if (type.kind === "enum" && type.enumeration.name !== "") return `\`${nameIn(names, type.enumeration.name)}\``;
  if (type.kind === "pointer") return "an address of the kernel";
  if (isText(type) && type.kind === "array" && type.length > 0) return `text of ${type.length} bytes`;
  return isPlace(type) ? "the address of bytes" : `\`${valueType(type, names)}\``;
}

function intType(sizeBytes: number, signed: boolean): string {
  return `${signed ? "i" : "u"}${sizeBytes * 8}`;
}

function numberText(value: bigint): string {
  return value === -(1n << 63n) ? "i64.MIN_VALUE" : `${value}`;
}

/** The chosen name. Each name of the model has one. */
export function nameIn(names: ClassNames, name: string): string {
  return names.get(name) ?? word(name);
}

/** Lines with an indentation of two spaces. */
export function indent(texts: readonly string[]): string {
  return texts.flatMap((text) => text.split("\n")).map((line) => line === "" ? "" : `  ${line}`).join("\n");
}
