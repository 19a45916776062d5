/** Writes the guest in Go that prints layouts; see `main.ts`. */

import { GoNames, memberNames } from "../../../../codegen/go_names.ts";
import type { ObjectModel } from "../../../../codegen/model.ts";

/** Sizes and offsets are constants of the language, and a union is one array. */
export function goProgram(model: ObjectModel): string {
  const names = new GoNames(model);
  const lines = model.records.flatMap((record) => {
    const own = names.type(record);
    const members = memberNames(record);
    return [
      `\tfmt.Println("${record.name}", unsafe.Sizeof(${own}{}))`,
      ...record.fields.map(({ name, offset }) =>
        `\tfmt.Println("${record.name}.${name}", ${
          record.isUnion ? offset : `unsafe.Offsetof(${own}{}.${members.get(name)})`
        })`
      ),
    ];
  });
  return `package main

import (
\t"fmt"
\t"unsafe"
)

func main() {
${lines.join("\n")}
\tvar flags typesFlags
\tflags.SetLow(5)
\tflags.SetMiddle(0xabc)
\tflags.SetNegative(-3)
\tflags.SetHigh(0x1234567890)
\tfmt.Println(flags.Low(), flags.Middle(), flags.Negative(), flags.High())
\tfmt.Println(typesColorBLUE, typesWideWIDE)
}
`;
}
