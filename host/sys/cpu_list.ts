/**
 * Counts the processors in a list of the kernel: 5 for "0-3,5". `/sys/devices/system/cpu/online` is such a list.
 *
 * @returns undefined for text that is no such list.
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
