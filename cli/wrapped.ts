/**
 * Text in lines of the terminal's usual width.
 *
 * @module
 */

/** The length of lines that this program prints. */
export const LINE_LENGTH = 120;

/** The lines of `text`, broken between words. */
export function wrapped(text: string, length: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > length) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return text === "" ? [] : lines;
}
