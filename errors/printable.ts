/**
 * Text of unknown origin, made safe for a terminal.
 *
 * @module
 */

/**
 * Characters that control a terminal or are invisible: control characters, direction changes, line separators, lone surrogates,
 * private-use characters, and all that Unicode calls ignorable except the emoji variation selector.
 */
const HIDDEN = String.raw`(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;

/** Created at first use, which most runs never reach: its character tables take 0.5 ms to build, and as much at the first match. */
let hidden: RegExp | undefined;

const SPACE = 0x20;
const TILDE = 0x7e;

/** Escapes hidden characters of `text` as `\x1b`, `\u202e` or `\u{e0001}`. For names from files and guests. */
export function printable(text: string): string {
  if (isPlain(text)) return text;
  return replaceHidden(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const digits = code.toString(16);
    if (code > 0xffff) return `\\u{${digits}}`;
    return code > 0xff ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
  });
}

/** Escapes hidden characters of a JSON text without changing its meaning. */
export function printableJson(json: string): string {
  const unit = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  // Remaining line feeds separate values, since JSON.stringify() escapes those inside strings.
  return replaceHidden(
    json,
    (character) => character === "\n" ? character : character.split("").map(unit).join(""),
  );
}

function replaceHidden(text: string, replacement: (character: string) => string): string {
  return text.replace(hidden ??= new RegExp(HIDDEN, "gu"), replacement);
}

/** True when `text` has only printable ASCII characters. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < SPACE || code > TILDE) return false;
  }
  return true;
}
