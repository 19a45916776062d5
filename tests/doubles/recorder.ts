/**
 * Records the calls of an object and of the objects that it returns.
 *
 * @module
 */

/** Returns `target` with its method calls recorded in `calls` by name. Objects that the methods return are recorded too. */
export function recorded<T extends object>(target: T, calls: string[]): T {
  return new Proxy(target, {
    get(_, key) {
      // Private fields and getters need the object itself.
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...parameters: unknown[]) => {
        if (typeof key === "string") calls.push(key);
        const result: unknown = Reflect.apply(value, target, parameters);
        return isRecordable(result) ? recorded(result, calls) : result;
      };
    },
  });
}

function isRecordable(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
