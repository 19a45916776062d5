import type { ObjectModel } from "../../../../codegen/model.ts";

/** "event 248", "event.pid 0": the output of the guests. */
export function layoutLines({ records }: ObjectModel): string[] {
  return records.flatMap(({ name, sizeBytes, fields }) => [
    `${name} ${sizeBytes}`,
    ...fields.map((field) => `${name}.${field.name} ${field.offset}`),
  ]);
}
