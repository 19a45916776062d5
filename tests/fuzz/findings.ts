/**
 * The results of a run: counts, and the inputs that failed.
 *
 * @module
 */

/** The time and the seed of one fuzzer. */
export interface Budget {
  readonly seed: number;
  isOver(): boolean;
}

/** Fuzzes until the budget is over. */
export type Fuzzer = (budget: Budget, findings: Findings) => Promise<void>;

/** Runs one input again. */
export type Replay = (bytes: Uint8Array<ArrayBuffer>, findings: Findings) => Promise<void>;

/** The beginnings of lines that differ between reports of one problem. */
const PLACE = /^ *#\d+ 0x[0-9a-f]+ (.*)$/gm;

/** Counts executions and keeps inputs that failed. */
export class Findings {
  readonly folder: string;
  executions = 0;
  /** The failures by problem: only the first input of each is kept. */
  readonly failures = new Map<string, string>();
  readonly #label: string;
  #note = "";

  constructor(folder: string, label: string) {
    this.folder = folder;
    this.#label = label;
    Deno.mkdirSync(folder, { recursive: true });
  }

  get notes(): string {
    return this.#note;
  }

  count(executions = 1): void {
    this.executions += executions;
  }

  note(text: string): void {
    this.#note = text;
  }

  /** Records a failure, and writes its input with this extension beside the report. */
  add(extension: string, input: Uint8Array, report: string): void {
    const problem = problemOf(report);
    if (this.failures.has(problem)) return;
    const path = `${this.folder}/${this.#label}-${this.failures.size + 1}.${extension}`;
    this.failures.set(problem, path);
    Deno.writeFileSync(path, input);
    Deno.writeTextFileSync(`${path}.txt`, report);
    console.log(`${this.#label}: FAILED ${path}\n    ${problem.replaceAll("\n", "\n    ")}`);
  }
}

/** The part of a report that names its problem: the summary, or the first lines, and the innermost functions. */
function problemOf(report: string): string {
  const first = /^.*(runtime error:|ERROR: (?:Address|Leak)Sanitizer|MODEL KERNEL).*$/m.exec(report)?.[0].replace(
    /0x[0-9a-f]+|==\d+==/g,
    "",
  );
  const places = [...report.matchAll(PLACE)].map((match) => match[1] ?? "").filter((place) =>
    /libbpf-|elfutils-|fuzz\//.test(place)
  );
  return [first ?? report.slice(0, 300), ...places.slice(0, 4)].join("\n");
}
