/**
 * Places the variables of section `.kconfig`, as libbpf does.
 *
 * @module
 */

/** A variable of the kernel's configuration. */
interface KconfigVariable {
  readonly name: string;
  readonly sizeBytes: number;
  readonly alignBytes: number;
}

/** The variables with their offsets, sorted by falling alignment, rising size, and name; and the size of the section. */
export function layOutKconfig<Variable extends KconfigVariable>(
  variables: readonly Variable[],
): { placed: (Variable & { offset: number })[]; sizeBytes: number } {
  const sorted = [...variables].sort((a, b) =>
    b.alignBytes - a.alignBytes || a.sizeBytes - b.sizeBytes || (a.name < b.name ? -1 : 1)
  );
  let end = 0;
  const placed = sorted.map((variable) => {
    const offset = Math.ceil(end / variable.alignBytes) * variable.alignBytes;
    end = offset + variable.sizeBytes;
    return { ...variable, offset };
  });
  return { placed, sizeBytes: end };
}
