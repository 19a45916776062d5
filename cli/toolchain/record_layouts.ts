/**
 * Reads the layouts of structs that clang prints with `-fdump-record-layouts-complete`.
 *
 * A layout begins with a line of stars. The lines after it have an offset, a bar, and a type with the name of a member. The
 * members of a member are indented more:
 *
 *     *** Dumping AST Record Layout
 *              0 | struct event
 *              0 |   long time
 *          4:0-2 |   int flags
 *                | [sizeof=8, align=4]
 *
 * @module
 */

/** The layout of a struct or union for one target. */
export interface RecordLayout {
  /** "struct event", "union x", or the name of a typedef. */
  readonly name: string;
  readonly sizeBytes: number;
  /** The bit offsets of its members, in order. */
  readonly bitOffsets: readonly number[];
  /** Their names; a part of the type for a member without a name. */
  readonly memberNames: readonly string[];
}

/** Makes clang print the layouts, and compile nothing. */
export const LAYOUT_OPTIONS: readonly string[] = "-w -fsyntax-only -Xclang -fdump-record-layouts-complete".split(" ");

const BEGIN = "*** Dumping AST Record Layout";
const MEMBER = /^ *(?<byte>\d+)(?::(?<bit>\d+)-\d+)? \| {3}(?! )/;
const TITLE = /^ *0 \| (?<name>\S.*)$/;
const SIZE = /^ *\| \[sizeof=(?<size>\d+)/;

/** The layouts in clang's output. */
export function readRecordLayouts(output: string): RecordLayout[] {
  return output.split(BEGIN).slice(1).flatMap((text) => {
    const [, title = "", ...lines] = text.split("\n");
    const name = TITLE.exec(title)?.groups?.["name"];
    const size = lines.map((line) => SIZE.exec(line)?.groups?.["size"]).find((one) => one !== undefined);
    if (name === undefined || size === undefined) return [];
    const members = lines.flatMap((line) => {
      const { byte, bit = "0" } = MEMBER.exec(line)?.groups ?? {};
      const bitOffset = Number(byte) * 8 + Number(bit);
      return byte === undefined ? [] : [{ bitOffset, name: line.slice(line.lastIndexOf(" ") + 1) }];
    });
    return [{
      name,
      sizeBytes: Number(size),
      bitOffsets: members.map(({ bitOffset }) => bitOffset),
      memberNames: members.map(({ name }) => name),
    }];
  });
}
