/**
 * Writes bytes as a C string literal, which compilers read many times faster than an array of numbers.
 *
 * @module
 */

/** A line ends after the byte with which it reaches this length. */
const LINE_LENGTH = 100;

/** The size of a chunk. The next byte may add the end of a line to it. */
const CHUNK_BYTES = 1 << 16;

const INDENT = new TextEncoder().encode('        "');
const LINE_END = new TextEncoder().encode('"\n');

/** Room for the end of a line and the beginning of the next one, with the longest escape between them. */
const ROOM = INDENT.length + LINE_END.length + 4;

/**
 * The lines of a literal with the content `bytes`, as chunks of ASCII text. The next chunk overwrites the buffer, so that a large
 * object takes little memory: use a chunk before you request another one.
 */
export function* literalChunks(bytes: Uint8Array): Generator<Uint8Array> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  chunk.set(INDENT);
  let at = INDENT.length;
  let lineStart = at;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    const escape = isOctalDigit(bytes[i + 1]) ? LONG_ESCAPES[byte] : ESCAPES[byte];
    for (let j = 0; escape !== undefined && j < escape.length; j++) chunk[at++] = escape[j] ?? 0;
    if (at - lineStart < LINE_LENGTH || i === bytes.length - 1) continue;
    chunk.set(LINE_END, at);
    at += LINE_END.length;
    // A chunk ends after a line when another line might not fit.
    if (at > CHUNK_BYTES - LINE_LENGTH - ROOM) {
      yield chunk.subarray(0, at);
      at = 0;
    }
    chunk.set(INDENT, at);
    at += INDENT.length;
    lineStart = at;
  }
  chunk.set(LINE_END, at);
  yield chunk.subarray(0, at + LINE_END.length);
}

/** `text` as a string literal. */
export function cString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const escaped = Array.from(bytes, (byte) => new TextDecoder().decode(LONG_ESCAPES[byte]));
  return `"${escaped.join("")}"`;
}

/** An octal digit would continue an escape of fewer than three digits. */
function isOctalDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x37;
}

const ESCAPES = escapes(1);

/** Escapes that a digit may follow. */
const LONG_ESCAPES = escapes(3);

/** The text of each byte in a literal. `?` is escaped because it could form a trigraph. */
function escapes(digits: number): Uint8Array[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const isPlain = byte >= 0x20 && byte < 0x7f && !'"\\?'.includes(String.fromCharCode(byte));
    return isPlain ? Uint8Array.of(byte) : new TextEncoder().encode(`\\${byte.toString(8).padStart(digits, "0")}`);
  });
}
