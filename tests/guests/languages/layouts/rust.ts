/** Writes the guest in Rust that prints layouts; see `main.ts`. */

import type { ObjectModel } from "../../../../codegen/model.ts";
import { RustNames } from "../../../../codegen/rust/names.ts";
import { printedFields } from "./layout_lines.ts";

/** The program. */
export function rustProgram(model: ObjectModel): string {
  const names = new RustNames(model);
  const lines = model.records.flatMap((record) => [
    `    println!("${record.name} {}", std::mem::size_of::<types::${names.type(record.name)}>());`,
    `    let value = <types::${names.type(record.name)} as Default>::default();`,
    "    let base = &value as *const _ as usize;",
    "    let _ = base;",
    ...printedFields(record).map(({ name }) =>
      `    println!("${record.name}.${name} {}", unsafe { std::ptr::addr_of!(value.${
        names.member(record, name)
      }) } as usize - base);`
    ),
  ]);
  return `mod types_skel {
    include!(concat!(env!("SKELETONS"), "/types_skel.rs"));
}
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
    let mut packed = types::packed_bits::default();
    packed.set_kind(5);
    packed.set_wide(0x2abc);
    packed.set_cross(0xabcdef);
    packed.set_rest(0x9876543210);
    packed.set_minus(-33);
    println!("{} {} {} {} {}", packed.kind(), packed.wide(), packed.cross(), packed.rest(), packed.minus());
    println!("{} {}", types::color::BLUE.0, types::wide::WIDE.0);
    println!("{} {}", types::deep::LOWEST.0, types::deep::HIGHEST.0);
}
`;
}
