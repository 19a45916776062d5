/** Writes the guest in Go that prints layouts; see `main.ts`. */

import { exported } from "../../../../codegen/go.ts";
import type { ObjectModel } from "../../../../codegen/model.ts";

/** Sizes and offsets are constants of the language, and a union is one array. */
export function goProgram(model: ObjectModel): string {
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
