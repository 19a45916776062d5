/** Writes the guest in C++ that prints layouts; see `main.ts`. */

import type { ModelRecord, ObjectModel } from "../../../../codegen/model.ts";
import { printedFields } from "./layout_lines.ts";

/** The program. Its types are those of C. */
export function cppProgram(model: ObjectModel): string {
  const lines = model.records.flatMap((record) => [
    `    print("${record.name}", sizeof(${tag(record)}));`,
    ...printedFields(record).map(({ name }) =>
      `    print("${record.name}.${name}", offsetof(${tag(record)}, ${name}));`
    ),
  ]);
  return `#include <cstddef>
#include <iostream>
#include "types.h"

static void print(const char *name, size_t number) {
    std::cout << name << ' ' << number << std::endl;
}

int main() {
${lines.join("\n")}
    struct flags flags = {};
    flags.low = 5;
    flags.middle = 0xabc;
    flags.negative = -3;
    flags.high = 0x1234567890;
    std::cout << flags.low << ' ' << flags.middle << ' ' << flags.negative << ' ' << flags.high << std::endl;
    struct packed_bits bits = {};
    bits.kind = 5;
    bits.wide = 0x2abc;
    bits.cross = 0xabcdef;
    bits.rest = 0x9876543210;
    bits.minus = -33;
    std::cout << bits.kind + 0 << ' ' << bits.wide << ' ' << bits.cross << ' ' << bits.rest << ' ' << bits.minus + 0
              << std::endl;
    std::cout << BLUE << ' ' << static_cast<long long>(WIDE) << std::endl;
    std::cout << static_cast<long long>(LOWEST) << ' ' << static_cast<long long>(HIGHEST) << std::endl;
}
`;
}

function tag({ name, isUnion }: ModelRecord): string {
  return `${isUnion ? "union" : "struct"} ${name}`;
}
