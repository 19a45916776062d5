import type { GuestContext } from "../core/context.ts";
import type { Descriptor } from "../core/descriptors.ts";
import { refuse } from "../core/refusal.ts";

/** Gives a new descriptor its number. If there is no free one, closes it and refuses with EMFILE. */
export function addDescriptor({ descriptors }: GuestContext, descriptor: Descriptor): number {
  const fd = descriptors.add(descriptor);
  if (fd !== undefined) return fd;
  descriptor[Symbol.dispose]();
  refuse("EMFILE");
}
