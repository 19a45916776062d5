import type { ModelField, ModelRecord, ObjectModel } from "../../../../codegen/model.ts";

/** "event 248", "event.pid 0": the output of the guests, followed by {@link VALUE_LINES}. */
export function layoutLines({ records }: ObjectModel): string[] {
  return records.flatMap((record) => [
    `${record.name} ${record.sizeBytes}`,
    ...printedFields(record).map((field) => `${record.name}.${field.name} ${field.offset}`),
  ]);
}

/** The fields whose offset a guest prints: those with bytes. Languages without arrays of length 0 leave the others out. */
export function printedFields({ fields }: ModelRecord): readonly ModelField[] {
  return fields.filter(({ sizeBytes }) => sizeBytes > 0);
}

/**
 * The last lines of each guest: the bit-fields of `flags` after they were set to 5, 0xabc, -3 and 0x1234567890; those of `packed_bits`
 * after 5, 0x2abc, 0xabcdef, 0x9876543210 and -33; `BLUE` and `WIDE`; `LOWEST` and `HIGHEST`.
 */
export const VALUE_LINES: readonly string[] = [
  "5 2748 -3 78187493520",
  "5 10940 11259375 654820258320 -33",
  "-1 81985529216486895",
  "-9223372036854775808 9223372036854775807",
];
