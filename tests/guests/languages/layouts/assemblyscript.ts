/** Writes the guest in AssemblyScript that prints layouts; see `main.ts`. */

import { classesOf } from "../../../../codegen/assemblyscript/skeleton.ts";
import { propertyNames, valueType } from "../../../../codegen/assemblyscript/types.ts";
import {
  isText,
  type ModelField,
  type ModelRecord,
  type ModelType,
  type ObjectModel,
} from "../../../../codegen/model.ts";
import { printedFields } from "./layout_lines.ts";

/**
 * A property has no offset that a program could print. So the guest writes a member whose bytes are 0xff into a record of zeros, and
 * finds the first byte that changed. Members that are only addresses are compared with the record's. Gaps have no name.
 */
export function assemblyScriptProgram(model: ObjectModel): string {
  const classes = classesOf(model);
  const used = model.records.map(({ name }) => classes.get(name) ?? name);
  const lines = model.records.flatMap((record) => {
    const own = classes.get(record.name) ?? record.name;
    return [
      `console.log("${record.name} " + sizeOf<${own}>().toString());`,
      ...printedFields(record).filter(({ role }) => role !== "gap").map((field) =>
        `print("${record.name}.${field.name}", ${offsetText(record, field, own)});`
      ),
    ];
  });
  return `import { sizeOf } from "wasm-bpf";
import { Color, Deep, Wide, ${[...new Set(used)].join(", ")} } from "./types_skel";

function print(name: string, offset: usize): void {
  console.log(name + " " + offset.toString());
}

/** The first byte of a record that is not 0. */
function firstByte(record: usize, sizeBytes: usize): usize {
  let at: usize = 0;
  while (at < sizeBytes && load<u8>(record + at) == 0) at++;
  memory.fill(record, 0, sizeBytes);
  return at;
}

const ff = memory.data(4096);
memory.fill(ff, 0xff, 4096);
${[...new Set(used)].map((own) => `const the${own} = new ${own}();`).join("\n")}
${lines.join("\n")}
const flags = new Flags();
flags.low = 5;
flags.middle = 0xabc;
flags.negative = -3;
flags.high = 0x1234567890;
console.log(\`\${flags.low} \${flags.middle} \${flags.negative} \${flags.high}\`);
const packed = new PackedBits();
packed.kind = 5;
packed.wide = 0x2abc;
packed.cross = 0xabcdef;
packed.rest = 0x9876543210;
packed.minus = -33;
console.log(\`\${packed.kind} \${packed.wide} \${packed.cross} \${packed.rest} \${packed.minus}\`);
console.log(\`\${Color.BLUE} \${Wide.WIDE}\`);
console.log(\`\${Deep.LOWEST} \${Deep.HIGHEST}\`);
`;
}

/** An expression with the offset of a field. */
function offsetText(record: ModelRecord, field: ModelField, own: string): string {
  const instance = `the${own}`;
  const names = propertyNames(record);
  const name = names.get(field.name) ?? field.name;
  const base = `changetype<usize>(${instance})`;
  const changed = `firstByte(${base}, ${record.sizeBytes})`;
  if (field.role === "bits") {
    const bitFields = record.bitFields.filter(({ storage }) => storage === field.name);
    return `(${bitFields.map((one) => `${instance}.${names.get(one.name)} = -1, `).join("")}${changed})`;
  }
  if (field.type.kind === "record") return `changetype<usize>(${instance}.${name}) - ${base}`;
  if (field.type.kind === "bytes") return `${instance}.${name} - ${base}`;
  if (field.type.kind === "array" && !isText(field.type)) {
    return `${instance}.${name}${field.type.length > 0 ? "_address" : ""} - ${base}`;
  }
  return `(${instance}.${name} = ${fullValue(field.type)}, ${changed})`;
}

/** A value of which no byte is 0. */
function fullValue(type: ModelType): string {
  if (isText(type)) return '"x"';
  if (type.kind === "bool") return "true";
  if (type.kind === "float") return `load<f${type.sizeBytes * 8}>(ff)`;
  return `<${valueType(type, new Map())}>-1`;
}
