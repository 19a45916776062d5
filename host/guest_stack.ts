/**
 * The call stack of a guest that trapped.
 *
 * @module
 */

/** The used part of V8's structured call sites. */
interface CallSite {
  getFunctionName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  toString(): string;
}

const PROPERTY = "prepareStackTrace";

/** The engine's default of 10 is too small: 8 functions of the host lie between a callback and the guest's call that waits. */
const MOST_LINES = 100;

/** Runs `guest` with stacks long enough for {@link guestStackOf} to see through the host's part of them. */
export function withLongStacks(guest: () => void): void {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = MOST_LINES;
  try {
    guest();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/**
 * The names of the guest's functions on the stack of `error`, innermost first; `function[12]` for a function without a name. Empty
 * if the stack was read before. Functions of the host are omitted. Afterwards `error.stack` is text as usual.
 */
export function guestStackOf(error: Error): string[] {
  let sites: readonly CallSite[] = [];
  const before = Object.getOwnPropertyDescriptor(Error, PROPERTY);
  Object.defineProperty(Error, PROPERTY, {
    configurable: true,
    value: (thrown: Error, captured: readonly CallSite[]) => {
      if (thrown === error) sites = captured;
      return [`${thrown}`, ...captured.map((site) => `    at ${site}`)].join("\n");
    },
  });
  try {
    // V8 formats the stack when the property is first read.
    void error.stack;
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, PROPERTY);
    else Object.defineProperty(Error, PROPERTY, before);
  }
  return guestFunctions(sites);
}

/** WebAssembly modules of the host can also be on the stack. The outermost module is always the guest's. */
function guestFunctions(sites: readonly CallSite[]): string[] {
  const scripts = sites.map((site) => site.getScriptNameOrSourceURL() ?? "");
  const guest = scripts.findLast((script) => script.startsWith("wasm://"));
  return sites.filter((_, i) => scripts[i] === guest && guest !== undefined).map(functionName);
}

function functionName(site: CallSite): string {
  const name = site.getFunctionName();
  if (name) return name;
  const index = /wasm-function\[(\d+)\]:0x[0-9a-f]+\)?$/.exec(site.toString())?.[1];
  return `function[${index ?? "?"}]`;
}
