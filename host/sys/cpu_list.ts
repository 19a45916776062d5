/**
 * Counts the processors in a CPU list of the kernel, such as `/sys/devices/system/cpu/online`: 5 for "0-3,5".
 *
 * @returns undefined for text that is not a CPU list.
 */
export function countCpus(list: string): number | undefined {
  let count = 0;
  for (const range of list.trim().split(",")) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (first === undefined) return undefined;
    count += Number(last ?? first) - Number(first) + 1;
  }
  return count;
}
