/** Writes the guest in Rust that prints layouts; see `main.ts`. */

import type { ObjectModel } from "../../../../codegen/model.ts";

/** The name of a member in Rust. */
function rustMember(name: string): string {
  return name === "type" ? "type_" : name;
}

/** The program. */
export function rustProgram(model: ObjectModel): string {
  const lines = model.records.flatMap(({ name, fields }) => [
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
