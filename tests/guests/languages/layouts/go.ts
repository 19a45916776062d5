/** Writes the guest in Go that prints layouts; see `main.ts`. */

import { GoNames, memberNames } from "../../../../codegen/go/names.ts";
import type { ObjectModel } from "../../../../codegen/model.ts";
import { printedFields } from "./layout_lines.ts";

/** Sizes and offsets are constants of the language, and a union is one array. */
export function goProgram(model: ObjectModel): string {
  const names = new GoNames(model);
  const lines = model.records.flatMap((record) => {
    const own = names.type(record);
    const members = memberNames(record);
    return [
      `\tfmt.Println("${record.name}", unsafe.Sizeof(${own}{}))`,
      ...printedFields(record).map(({ name, offset }) =>
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
\tvar packed typesPackedBits
\tpacked.SetKind(5)
\tpacked.SetWide(0x2abc)
\tpacked.SetCross(0xabcdef)
\tpacked.SetRest(0x9876543210)
\tpacked.SetMinus(-33)
\tfmt.Println(packed.Kind(), packed.Wide(), packed.Cross(), packed.Rest(), packed.Minus())
\tfmt.Println(typesColorBLUE, typesWideWIDE)
\tfmt.Println(typesDeepLOWEST, typesDeepHIGHEST)
}
`;
}
