/**
 * Writes the types of an object in Go. The compiler checks each size and offset.
 *
 * @module
 */

import { type GoNames, isPlain, memberNames } from "./names.ts";
import { lines, table } from "./text.ts";
import { commentText } from "../source_text.ts";
import {
  isText,
  type ModelBitField,
  type ModelEnum,
  type ModelField,
  type ModelRecord,
  type ModelType,
  type ObjectModel,
} from "../model.ts";

/** All types, each after those that it contains. */
export function typeTexts({ enums, records }: ObjectModel, names: GoNames): string[] {
  return [
    ...enums.map((one) => enumText(one, names)),
    ...records.map((record) => record.isUnion ? unionText(record, names) : structText(record, names)),
  ];
}

function enumText(one: ModelEnum, names: GoNames): string {
  const { name, sizeBytes, signed, values } = one;
  const own = names.type(one);
  const constants = table(values.map((value) => [
    names.constant(one, value.name),
    ...name === "" ? [] : [own],
    `= ${value.value}`,
  ]));
  const block = values.length === 0 ? "" : `const (\n${constants}\n)\n`;
  if (name === "") return block;
  return `// ${own} is enum ${commentText(name)}.\ntype ${own} ${signed ? "" : "u"}int${sizeBytes * 8}\n\n${block}`;
}

function structText(record: ModelRecord, names: GoNames): string {
  const { name, sizeBytes, fields, bitFields } = record;
  const own = names.type(record);
  const members = memberNames(record);
  const member = ({ name }: { readonly name: string }) => members.get(name) ?? "";
  const rows = fields.map((field) => [
    member(field),
    isPlain(field, record) ? goType(field.type, names) : `[${field.sizeBytes}]byte`,
    `// offset ${field.offset}`,
  ]);
  const offsets = fields.filter(({ role, sizeBytes }) => role === "member" && sizeBytes > 0).map((field) =>
    `_ = [1]struct{}{}[unsafe.Offsetof(${own}{}.${member(field)})-${field.offset}]`
  );
  const getters = fields.filter((field) => field.role === "member" && !isPlain(field, record)).map((field) =>
    getterText({ own, method: member(field), type: goType(field.type, names), sizeBytes: field.sizeBytes })
  );
  const bits = bitFields.map((field) =>
    bitText(field, { own, method: member(field), storage: `s.${members.get(field.storage)}[:]` })
  );
  return `// ${own} is struct ${commentText(name)}: ${sizeBytes} bytes.
type ${own} struct {
${table(rows)}
}

var (
${lines([`_ = [1]struct{}{}[unsafe.Sizeof(${own}{})-${sizeBytes}]`, ...offsets])}
)
${[...getters, ...bits].join("")}`;
}

/** Go has no unions: it is an array of words with the union's alignment, and a method for each member. */
function unionText(record: ModelRecord, names: GoNames): string {
  const { name, sizeBytes, alignBytes, fields, bitFields } = record;
  const own = names.type(record);
  const members = memberNames(record);
  const member = ({ name }: { readonly name: string }) => members.get(name) ?? "";
  const methods = fields.filter(({ role }) => role === "member").map((field) => memberText(field));
  const bits = bitFields.map((field) =>
    bitText(field, { own, method: member(field), storage: `(*[${sizeBytes}]byte)(unsafe.Pointer(s))[:]` })
  );
  const wordBytes = Math.min(alignBytes, 8);
  return `// ${own} is union ${commentText(name)}: ${sizeBytes} bytes.
type ${own} struct {
	Words [${sizeBytes / wordBytes}]uint${wordBytes * 8}
}

var _ = [1]struct{}{}[unsafe.Sizeof(${own}{})-${sizeBytes}]
${[...methods, ...bits].join("")}`;

  function memberText(field: ModelField): string {
    const type = goType(field.type, names);
    return `
// ${member(field)} returns a pointer to the member ${commentText(field.name)}.
func (u *${own}) ${member(field)}() *${type} {
	return (*${type})(unsafe.Pointer(u))
}
`;
  }
}

function getterText({ own, method, type, sizeBytes }: {
  own: string;
  method: string;
  type: string;
  sizeBytes: number;
}): string {
  return `
// Get${method} returns the member, which is not aligned.
func (s *${own}) Get${method}() ${type} {
	var value ${type}
	copy((*[${sizeBytes}]byte)(unsafe.Pointer(&value))[:], s.${method}[:])
	return value
}
`;
}

function bitText(
  { shift, bits, signed }: ModelBitField,
  { own, method, storage }: { own: string; method: string; storage: string },
): string {
  const type = signed ? "int64" : "uint64";
  return `
// ${method} returns a bit-field of ${bits} bits.
func (s *${own}) ${method}() ${type} {
	var value ${type}
	for bit, bytes := 0, ${storage}; bit < ${bits}; bit++ {
		value |= ${type}(bytes[(${shift}+bit)/8]>>((${shift}+bit)%8)&1) << bit
	}
	return ${signed ? `value << ${64 - bits} >> ${64 - bits}` : "value"}
}

// Set${method} sets it to the lowest ${bits} bits of value.
func (s *${own}) Set${method}(value ${type}) {
	for bit, bytes := 0, ${storage}; bit < ${bits}; bit++ {
		mask := byte(1) << ((${shift} + bit) % 8)
		bytes[(${shift}+bit)/8] &^= mask
		if value>>bit&1 != 0 {
			bytes[(${shift}+bit)/8] |= mask
		}
	}
}
`;
}

function goType(type: ModelType, names: GoNames): string {
  switch (type.kind) {
    case "int":
      return `${type.signed ? "" : "u"}int${type.sizeBytes * 8}`;
    case "bool":
      return "bool";
    case "float":
      return `float${type.sizeBytes * 8}`;
    case "pointer":
      return "uint64";
    case "array":
      return `[${type.length}]${isText(type) ? "uint8" : goType(type.element, names)}`;
    case "record":
      return names.type(type.record);
    case "enum":
      return names.type(type.enumeration);
    case "bytes":
      return `[${type.sizeBytes}]byte`;
  }
}
