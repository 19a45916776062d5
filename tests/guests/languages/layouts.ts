/**
 * Writes a guest that prints the size of each generated type and the offset of each member, in the form of `layoutLines()`.
 *
 *     deno run --allow-read layouts.ts LANGUAGE OBJECT
 *
 * @module
 */

import { exported } from "../../../codegen/go.ts";
import type { ObjectModel } from "../../../codegen/model.ts";
import { modelOf } from "../../../codegen/object_model.ts";

/** "event 248", "event.pid 0": the output of the guests. */
export function layoutLines({ records }: ObjectModel): string[] {
  return records.flatMap(({ name, sizeBytes, fields }) => [
    `${name} ${sizeBytes}`,
    ...fields.map((field) => `${name}.${field.name} ${field.offset}`),
  ]);
}

/** The name of a member in Rust. */
function rustMember(name: string): string {
  return name === "type" ? "type_" : name;
}

function rustProgram(model: ObjectModel): string {
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

/** Sizes and offsets are constants of the language, and a union is one array. */
function goProgram(model: ObjectModel): string {
  const lines = model.records.flatMap(({ name, isUnion, fields }) => [
    `\tfmt.Println("${name}", unsafe.Sizeof(${exported(name)}{}))`,
    ...fields.map((field) =>
      `\tfmt.Println("${name}.${field.name}", ${
        isUnion ? field.offset : `unsafe.Offsetof(${exported(name)}{}.${exported(field.name)})`
      })`
    ),
  ]);
  return `package main

import (
\t"fmt"
\t"unsafe"
)

func main() {
${lines.join("\n")}
\tvar flags Flags
\tflags.SetLow(5)
\tflags.SetMiddle(0xabc)
\tflags.SetNegative(-3)
\tflags.SetHigh(0x1234567890)
\tfmt.Println(flags.Low(), flags.Middle(), flags.Negative(), flags.High())
\tfmt.Println(ColorBLUE, WideWIDE)
}
`;
}

const PROGRAMS: Readonly<Record<string, (model: ObjectModel) => string>> = { go: goProgram, rust: rustProgram };

if (import.meta.main) {
  const [language = "", object = ""] = Deno.args;
  console.log(PROGRAMS[language]?.(modelOf(Deno.readFileSync(object), { name: "types" })));
}
