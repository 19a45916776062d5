/**
 * Writes a guest that prints the size of each generated type and the offset of each member, in the form of `layoutLines()`.
 *
 *     deno run --allow-read layouts.ts LANGUAGE OBJECT
 *
 * @module
 */

import type { ModelRecord, ObjectModel } from "../../../codegen/model.ts";
import { modelOf } from "../../../codegen/object_model.ts";

/** The structs and unions of an object, those of its sections among them. */
export function recordsOf({ records, sections }: ObjectModel): ModelRecord[] {
  return [...records, ...sections.map(({ variables }) => variables)];
}

/** "event 248", "event.pid 0": what the guests print. */
export function layoutLines(model: ObjectModel): string[] {
  return recordsOf(model).flatMap(({ name, sizeBytes, fields }) => [
    `${name} ${sizeBytes}`,
    ...fields.map((field) => `${name}.${field.name} ${field.offset}`),
  ]);
}

/** The name of a member in Rust. */
function rustMember(name: string): string {
  return name === "type" ? "type_" : name;
}

function rustProgram(model: ObjectModel): string {
  const lines = recordsOf(model).flatMap(({ name, fields }) => [
    `    println!("${name} {}", std::mem::size_of::<types::${name}>());`,
    `    let value = <types::${name} as Default>::default();`,
    "    let base = &value as *const _ as usize;",
    ...fields.map((field) =>
      `    println!("${name}.${field.name} {}", unsafe { std::ptr::addr_of!(value.${rustMember(field.name)}) } as usize - base);`
    ),
  ]);
  return `mod types_skel;
use types_skel::types;

#[allow(unused_unsafe)]
fn main() {
${lines.join("\n")}
    let mut flags = types::flags::default();
    flags.set_low(5);
    flags.set_middle(0xabc);
    flags.set_negative(-3);
    flags.set_high(0x1234567890);
    println!("{} {} {} {}", flags.low(), flags.middle(), flags.negative(), flags.high());
    println!("{} {}", types::color::BLUE.0, types::wide::WIDE.0);
}
`;
}

const PROGRAMS: Readonly<Record<string, (model: ObjectModel) => string>> = { rust: rustProgram };

if (import.meta.main) {
  const [language = "", object = ""] = Deno.args;
  console.log(PROGRAMS[language]?.(modelOf(Deno.readFileSync(object), { name: "types" })));
}
