/** Writes the guest in C++ that prints layouts; see `main.ts`. */

import type { ModelRecord, ObjectModel } from "../../../../codegen/model.ts";
import { printedFields } from "./layout_lines.ts";

/** The records and members that have names in C. The model also names parts without one, and gaps. */
export function namedInC(model: ObjectModel): ObjectModel {
  const isPart = ({ name }: ModelRecord) =>
    model.records.some((other) => other.name !== name && name.startsWith(`${other.name}_`) && isOf(other, name));
  const records = model.records.filter((record) => !isPart(record)).map((record) => ({
    ...record,
    fields: record.fields.filter(({ name, role }) => role === "member" && !name.startsWith("_")),
  }));
  return { ...model, records };
}

/** True if a member of `record` has the type `name`, which is called after it. */
function isOf({ fields }: ModelRecord, name: string): boolean {
  return fields.some(({ type }) => type.kind === "record" && type.record.name === name);
}

/** The program. Its types are those of C. */
export function cppProgram(model: ObjectModel): string {
  const lines = namedInC(model).records.flatMap((record) => [
    `    print("${record.name}", sizeof(${record.name}));`,
    ...printedFields(record).map(({ name }) =>
      `    print("${record.name}.${name}", offsetof(${record.name}, ${spelled(name)}));`
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

/** Names that C++ or libc reserve. */
const RESERVED: ReadonlySet<string> = new Set(["class", "errno"]);

function spelled(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}
