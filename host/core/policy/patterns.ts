/**
 * Patterns of names and paths.
 *
 * `*` stands for any characters, also none and also `/`. `?` stands for one character. All other characters stand for themselves. A
 * pattern matches a whole name.
 *
 * @module
 */

/**
 * `true` for all names, or the patterns of those that are allowed: `*` stands for any characters, `?` for one.
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

/** True if `list` allows `name`. */
export function allowsName(list: AllowList, name: string): boolean {
  return list === true || list.some((pattern) => matches(pattern, name));
}

/**
 * True if `list` allows every name that the guest's own pattern matches. The kernel finds those names, so the guest's pattern must be a
 * part of an allowed one.
 */
export function allowsPattern(list: AllowList, guestPattern: string): boolean {
  return list === true || list.some((pattern) => matches(pattern, guestPattern, { isPattern: true }));
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
