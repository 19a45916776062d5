import { assertEquals } from "@std/assert";
import { parsePreopen } from "./preopens.ts";
import { RefusedPaths } from "./refused_paths.ts";

/** The paths that exist on the host. */
const HOST_FILES = [
  "./",
  "/",
  "/a",
  "/etc/",
  "/etc/passwd",
  "/bin/",
  "/bin/sh",
  "data.txt",
  "x/",
  "x/data.txt",
  "/b\0",
];

/** A guest that writes to its stderr. */
class Writer {
  readonly reports: string[] = [];
  readonly paths: RefusedPaths;
  failures = 0;

  /** @param options.dirs values of `--dir`. */
  constructor(args: readonly string[], options: { dirs?: readonly string[] } = {}) {
    this.paths = new RefusedPaths({
      args,
      preopens: (options.dirs ?? []).map(parsePreopen),
      failures: () => this.failures,
      exists: (path) => HOST_FILES.includes(path),
      report: (problem) => this.reports.push(problem),
    });
  }

  /** @returns the number of reports. */
  write(text: string): number {
    const bytes = new TextEncoder().encode(`--${text}`);
    this.paths.search({ buffer: bytes.buffer, pairs: new Float64Array([2, bytes.length - 2]), count: 1 });
    return this.reports.length;
  }

  end(): string[] {
    this.paths.end();
    return this.reports;
  }
}

/** The reports for a guest with these arguments that writes these texts to its stderr. */
function reports(args: readonly string[], ...writes: readonly string[]): string[] {
  const writer = new Writer(args);
  for (const text of writes) writer.write(text);
  return writer.end();
}

/** The reports for a guest whose libc fails with ENOENT. It writes `text` after it has listed its directories. */
function missing(text: string, options: { args?: readonly string[]; dirs?: readonly string[] } = {}): string[] {
  const writer = new Writer(options.args ?? [], options);
  writer.paths.listDirectories();
  writer.write(text);
  return writer.end();
}

function line(path: string, directory: string): string {
  return `Cannot open "${path}" for the guest: it is in none of the guest's directories ` +
    `(hint: --dir ${directory}:ro, or --dir ${directory} if it writes there)`;
}

Deno.test("RefusedPaths names the directory of the path that a guest could not open", () => {
  assertEquals(reports([], "cannot open /etc/passwd: Capabilities insufficient\n"), [line("/etc/passwd", "/etc")]);
  assertEquals(reports([], "'/a b': Capabilities insufficient"), [line("/a b", "/")]);
  assertEquals(reports(["x/data.txt"], "x/data.txt: Capabilities insufficient\n"), [line("x/data.txt", "x")]);
  assertEquals(reports(["data.txt"], "data.txt: Capabilities insufficient\n"), [line("data.txt", ".")]);
  assertEquals(reports(["-d", "/var/log/a"], "fopen: Capabilities insufficient\n"), [line("/var/log/a", "/var/log")]);
  assertEquals(reports(["/it's/a"], "fopen: Capabilities insufficient"), [line("/it's/a", "'/it'\\''s'")]);
});

Deno.test("RefusedPaths recognizes the messages of Rust and Go", () => {
  const rust =
    'Error: Custom { error: "failed to find a pre-opened file descriptor through which "/etc/a" could be opened" }';
  assertEquals(reports([], rust), [line("/etc/a", "/etc")]);
  assertEquals(reports([], "open /etc/a: Bad file number\n"), [line("/etc/a", "/etc")]);
});

Deno.test("RefusedPaths finds a message whose parts are written one by one, and reports it once", () => {
  const found = reports(
    [],
    "noise\nopening",
    " /etc/passwd",
    ":",
    " ",
    "Capabilities insufficient",
    "\n",
    "/b: Capabilities insufficient",
  );
  assertEquals(found, [line("/etc/passwd", "/etc")]);
});

Deno.test("RefusedPaths waits for the end of the guest's line", () => {
  const writer = new Writer([]);
  const texts = ["/a: Capabilities insufficient", "\n", "/b: Capabilities insufficient\n"];
  assertEquals(texts.map((text) => writer.write(text)), [0, 1, 1]);
});

Deno.test("RefusedPaths names --dir for an unknown path, and reports nothing without a refusal", () => {
  assertEquals(reports(["7"], "open: Capabilities insufficient\n"), [
    "Cannot open a file for the guest: it is in none of the guest's directories (hint: --dir HOST gives it one)",
  ]);
  assertEquals(
    reports(["/a"], "open: No such file or directory\n", "x".repeat(100_000), "close: Bad file number\n"),
    [],
  );
});

Deno.test("RefusedPaths stops reading the stderr of a guest that writes its output there", () => {
  const lines = Array.from({ length: 70 }, () => `${"x".repeat(1000)}\n`);
  const message = "/a: Capabilities insufficient\n";
  assertEquals(reports([], ...lines.slice(0, 60), message), [line("/a", "/")]);
  assertEquals(reports([], ...lines, message), []);
});

Deno.test("RefusedPaths takes ENOENT as a refused path if the host has the file or its directory", () => {
  const passwd = [line("/etc/passwd", "/etc")];
  assertEquals(missing("/etc/passwd: No such file or directory\n"), passwd);
  assertEquals(missing("cannot open '/etc/passwd': No such file or directory"), passwd);
  assertEquals(missing("/etc/passwd: No such file or directory", { dirs: ["/bin", "/etc2:ro", "/etc::/e"] }), passwd);
  assertEquals(missing("cannot create /etc/new: No such file or directory\n"), [line("/etc/new", "/etc")]);
  assertEquals(missing("x/data.txt: No such file or directory\n", { args: ["x/data.txt"] }), [line("x/data.txt", "x")]);
  assertEquals(missing("data.txt: No such file or directory\n", { args: ["data.txt"] }), [line("data.txt", ".")]);
  assertEquals(missing("/nosuch/passwd: No such file or directory\n"), []);
  assertEquals(missing("new.txt: No such file or directory\n", { args: ["new.txt"] }), []);
  assertEquals(missing("7: No such file or directory\n", { args: ["7"] }), []);
  assertEquals(missing("/b\0: No such file or directory\n"), []);
  assertEquals(missing("open: No such file or directory\n"), []);
});

Deno.test("RefusedPaths takes no path of the guest's directories as refused by ENOENT", () => {
  for (const dirs of [["/etc"], ["/bin", "/etc/:ro"], ["/"], ["."], ["/bin::/etc/passwd"], ["/srv::etc"]]) {
    assertEquals(missing("/etc/passwd: No such file or directory\n", { dirs }), []);
  }
});

Deno.test("RefusedPaths guesses the argument that ENOENT is about only if the guest has no directories", () => {
  const options = { args: ["7", "/etc/passwd"] };
  assertEquals(missing("fopen: No such file or directory\n", options), [line("/etc/passwd", "/etc")]);
  assertEquals(missing("fopen: No such file or directory\n", { ...options, dirs: ["/bin"] }), []);
  assertEquals(missing("fopen: No such file or directory\n", { args: ["tcp/80"] }), []);
});

Deno.test("RefusedPaths takes no ENOENT of a guest whose libc has not listed its directories", () => {
  assertEquals(reports([], "/etc/passwd: No such file or directory\n"), []);
});

Deno.test("RefusedPaths takes an ENOENT after a failed import as a message about that import", () => {
  const writer = new Writer([]);
  writer.paths.listDirectories();
  writer.failures = 2;
  const attach = "Cannot attach to /bin/sh: No such file or directory\n";
  assertEquals(writer.write("Attaching\n"), 0);
  for (const part of [attach.slice(0, 20), attach.slice(20), "Going on\n"]) assertEquals(writer.write(part), 0);
  writer.failures = 3;
  assertEquals(writer.write(`${attach}${attach}`), 0);
  writer.write("/etc/passwd: No such file or directory\n");
  assertEquals(writer.end(), [line("/etc/passwd", "/etc")]);
});
