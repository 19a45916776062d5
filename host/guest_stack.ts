/**
 * The functions of a guest that were running when it trapped.
 *
 * @module
 */

/** The part of V8's structured call sites that is needed here. */
interface CallSite {
  getFunctionName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  toString(): string;
}

const PROPERTY = "prepareStackTrace";

/**
 * The names of the guest's functions on the stack of `error`, innermost first; `function[12]` for one without a name. Empty when
 * the stack was read before. Functions of the host in between are left out. Afterwards `error.stack` is text as usual.
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
    // V8 asks for the text at the first look at it.
    void error.stack;
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, PROPERTY);
    else Object.defineProperty(Error, PROPERTY, before);
  }
  return guestFunctions(sites);
}

/** The host's own modules are on the stack too. The outermost is always the guest's. */
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
