/**
 * Reads the log of libbpf and the verifier: finds the line with the reason for a refusal.
 *
 * libbpf writes the innermost reason first. Each caller then adds a line that repeats the errno ("failed to prepare load
 * attributes: -3", "failed to load: -3"). The reader follows this chain back from the last line to the first one of the same
 * failure. The verifier's log is part of the chain: a block between two marks, with the program's name before them.
 *
 * @module
 */

import { errnoOf } from "./errno.ts";

/** The reason in a log. */
export interface LogReading {
  /** One line that begins with the program or map: "prog 'on_exec': R2 !read_ok". */
  readonly reason: string | undefined;
  /** The name of the program or map in the reason. */
  readonly program: string | undefined;
  readonly map: string | undefined;
  /** True when the verifier gave the reason. */
  readonly verifier: boolean;
}

/** A line of libbpf, or the verifier's message about a program. */
interface Message {
  text: string;
  /** The subject of the message: "prog 'on_exec'" or "map 'events'". */
  subject: string | undefined;
  /** The positive errno at its end. */
  errno: number | undefined;
  verifier: boolean;
}

/** The line of `log` that gives the reason; undefined when no line does. */
export function reasonOf(log: readonly string[]): string | undefined {
  return readLog(log).reason;
}

/** Finds the reason in `log`, oldest line first. */
export function readLog(log: readonly string[]): LogReading {
  const messages = messagesOf(log);
  let at = messages.length - 1;
  let subject: string | undefined;
  for (; at >= 0; at--) {
    const [message, before] = [messages[at], messages[at - 1]];
    subject = message?.subject ?? subject;
    if (message === undefined || before === undefined || !repeats(message, before)) break;
  }
  const found = messages[at];
  if (found === undefined || OBJECT_REFUSED.test(found.text)) {
    return { reason: undefined, program: undefined, map: undefined, verifier: false };
  }
  const [, kind, name] = SUBJECT.exec(subject ?? "") ?? [];
  return {
    reason: found.subject === undefined && subject !== undefined ? `${subject}: ${found.text}` : found.text,
    program: kind === "prog" ? name : undefined,
    map: kind === "map" ? name : undefined,
    verifier: found.verifier,
  };
}

const SUBJECT = /^(prog|map) '([^']*)'/;
const OBJECT_REFUSED = /^failed to load object /;

/** Messages after which libbpf continued. */
const HARMLESS = /retrying without|ignoring\.$|^elf: skipping|ignored and continue|skipping all of|skipping it as/i;

/** Guesses of libbpf that may be wrong: kernels from 5.11 on do not use this limit. */
const GUESSES =
  /^permission error while running as root; try raising|^Failed to bump RLIMIT_MEMLOCK|^Error in bpf_object__probe_loading\(\):Operation not permitted/;

/** True when `message` only reports that the failure in `before` ended a larger operation. */
function repeats(message: Message, before: Message): boolean {
  if (OBJECT_REFUSED.test(message.text)) return true;
  if (message.errno === undefined) return false;
  const related = message.subject === undefined || before.subject === undefined || before.subject === message.subject;
  if (!related) return false;
  if (before.errno !== undefined) return before.errno === message.errno;
  return before.subject === message.subject || message.subject === undefined || before.verifier;
}

function messagesOf(log: readonly string[]): Message[] {
  const messages: Message[] = [];
  let block: Block | undefined;
  const flush = () => {
    if (block !== undefined) addBlock(messages, block);
    block = undefined;
  };
  for (const line of log) {
    const begins = BLOCK_BEGINS.exec(line);
    if (line.startsWith(LIBBPF)) flush();
    if (BTF_IGNORED.test(line)) dropBtf(messages);
    else if (begins !== null) block = { subject: begins[1], marked: true, lines: [] };
    else if (BLOCK_ENDS.test(line)) {
      block = { subject: undefined, lines: [], ...block, marked: true };
      flush();
    } else if (line.startsWith(LIBBPF)) addLine(messages, line.slice(LIBBPF.length));
    else (block ??= { subject: undefined, marked: false, lines: [] }).lines.push(line);
  }
  flush();
  return messages;
}

const LIBBPF = "libbpf: ";
const BLOCK_BEGINS = /^(?:libbpf: )?(?:(prog '.*'): )?-- BEGIN \w+ LOAD LOG -/;
const BLOCK_ENDS = /^-- END \w+ LOAD LOG -/;

/** The kernel rejected the object's BTF. Most objects load without it. */
const BTF_IGNORED = /^libbpf: Error loading \.BTF into kernel: .* ignoring\.$/;

/** Drops the reason why the kernel rejected the BTF: one message, and the block after it. */
function dropBtf(messages: Message[]): void {
  const at = messages.findLastIndex(({ text }) => text.startsWith("BTF loading error"));
  if (at >= 0) messages.splice(at);
}

/** Lines that do not begin with "libbpf: ". */
interface Block {
  subject: string | undefined;
  /** True when a mark at its beginning or end shows that it comes from the verifier. Lines of this project have no marks. */
  marked: boolean;
  lines: string[];
}

function addBlock(messages: Message[], { subject, marked, lines }: Block): void {
  if (!marked) return lines.forEach((line) => addLine(messages, line));
  const text = verifierMessage(lines);
  if (text === undefined) return;
  messages.push({ text: subject ? `${subject}: ${text}` : text, subject, errno: undefined, verifier: true });
}

function addLine(messages: Message[], line: string): void {
  const text = line.trim();
  if (text === "" || HARMLESS.test(text) || GUESSES.test(text)) return;
  messages.push({ text, subject: SUBJECT.exec(text)?.[0], errno: errnoAtEnd(text), verifier: false });
}

/** The positive errno at the end of a libbpf line: ": -22", "(-22)", ": Invalid argument", ": -EINVAL". */
function errnoAtEnd(text: string): number | undefined {
  const number = /(?::\s|\()-(\d+)\)?$/.exec(text)?.[1];
  if (number !== undefined) return Number(number);
  const words = /: -?([A-Z][\w ,/-]*)$/.exec(text)?.[1];
  return words === undefined ? undefined : errnoOf(words);
}

/** Lines in which the verifier traces its work. They give no reason for a refusal. */
const TRACE = [
  // An instruction, with the registers after it, or a state between two: "5: (85) call bpf_ktime_get_ns#5", "5: R0=scalar()".
  /^\d+: /,
  // The beginning or end of a path: "from 5 to 7: R0=1", "to caller at 3:", "returning from callee:".
  /^(from \d+ to \d+|to caller at |caller:|callee:|returning from callee)/,
  // The source line.
  /^;/,
  // Registers and stack: "R0=scalar() R10=fp0", "frame1: R1=ctx()", "cur state: R0=0".
  /^((cur|old) state:|frame\d+:|R\d+(_\w+)?=|fp-\d+=|refs=)/,
  // Precision tracking of a register: "mark_precise: frame0: regs=r2 stack= before 4: (b7) r2 = 5".
  /^(mark_precise:|last_idx |regs=|parent (didn't|already)|propagating )/,
  // Functions that are verified one by one, and descriptions of types.
  /^(func#\d+ @|Validating \S+ func#|Func#\d+ .*is (safe|global)|func '.*' arg\d+ has btf_id|arg#\d+ reference type\()/,
  // Statistics at the end.
  /^(processed \d+ insns|verification time|stack depth)/,
  /^-- LEFT OUT/,
  // Rejected BTF: its header, then its types without an error.
  /^(magic|version|flags|hdr_len|\w+_(off|len)|btf_total_size): /,
];

const INSTRUCTION = /^\d+: (\([0-9a-f]{2}\)|<invalid )/;

/** Some messages have two lines, and the second one is incomplete without the first. */
const MAX_MESSAGE_LINES = 2;

/**
 * The verifier's reason in the lines of its log: the text after the last traced instruction, without the traced state.
 */
function verifierMessage(lines: readonly string[]): string | undefined {
  // Some messages lack a line break, so that the statistics follow on the same line.
  const split = lines.flatMap((line) => line.trim().split(/(?=processed \d+ insns \()/));
  const after = split.slice(split.findLastIndex((line) => INSTRUCTION.test(line)) + 1);
  const words = (some: readonly string[]) =>
    some.filter((line) => line !== "" && !TRACE.some((form) => form.test(line)));
  const message = words(after);
  return message.length > 0 ? message.slice(0, MAX_MESSAGE_LINES).join("; ") : words(split).at(-1);
}
