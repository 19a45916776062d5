/**
 * Medians and spread.
 *
 * @module
 */

/** The median of `values`; NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** Half of the distance between the quartiles, divided by the median. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const quarter = (n: number) => sorted[Math.round((sorted.length - 1) * n / 4)] ?? NaN;
  return (quarter(3) - quarter(1)) / 2 / median(values);
}
