/**
 * Patterns of names and paths.
 *
 * `*` stands for any characters, also none and also `/`. `?` stands for one character. All other characters stand for themselves. A
 * pattern matches a whole name. A pattern that begins with `!` takes names out of a list.
 *
 * @module
 */

/**
 * `true` for all names, or the patterns of those that are allowed: `*` stands for any characters, `?` for one. Names that a pattern with
 * `!` matches are not allowed.
 *
 * @example
 * ```ts
 * import { type AllowList, DEFAULT_POLICY, type GuestPolicy } from "@wasm-bpf/wasm-bpf";
 *
 * const tracepoints: AllowList = ["sched/*", "syscalls/sys_enter_*"];
 * const policy: GuestPolicy = { ...DEFAULT_POLICY, tracepoints };
 * ```
 */
export type AllowList = true | readonly string[];

/** True if `list` allows `name`: a pattern matches it, and none with `!` does. */
export function allowsName(list: AllowList, name: string): boolean {
  return list === true ||
    (hasMatch(list, name) && !list.some((pattern) => isExclusion(pattern) && matches(pattern.slice(1), name)));
}

function hasMatch(list: readonly string[], name: string, options = {}): boolean {
  return list.some((pattern) => !isExclusion(pattern) && matches(pattern, name, options));
}

function isExclusion(pattern: string): boolean {
  return pattern.startsWith("!");
}

/**
 * True if `list` allows every name that the guest's own pattern matches. The kernel finds those names, so the guest's pattern must be a
 * part of an allowed one. Beside a pattern with `!` no pattern of the guest is allowed, because it could match an excluded name.
 */
export function allowsPattern(list: AllowList, guestPattern: string): boolean {
  if (list === true) return true;
  if (!/[*?]/.test(guestPattern)) return allowsName(list, guestPattern);
  return !list.some(isExclusion) && hasMatch(list, guestPattern, { isPattern: true });
}

/**
 * True if `pattern` matches `name`. The time is at most the product of their lengths.
 *
 * @param options.isPattern true if `name` is a pattern itself: then `?` does not match its `*`.
 */
export function matches(pattern: string, name: string, { isPattern = false } = {}): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let i = 0; i < name.length;) {
    const expected = pattern[at];
    if (expected === "*") {
      star = at++;
      resume = i;
    } else if (expected === name[i] || (expected === "?" && !(isPattern && name[i] === "*"))) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
