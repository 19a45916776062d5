/**
 * The types that a type contains: the members of a struct and the elements of an array, but not the target of a pointer.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import type { Btf } from "./btf.ts";
import type { BtfType, TypeId } from "./types.ts";

/** A type whose parts are being visited. */
interface Visit {
  readonly id: TypeId;
  readonly type: BtfType;
  readonly parts: readonly TypeId[];
  next: number;
}

/**
 * The type `root` and all its parts, each after its own parts. Types for which `isKnown` is true are omitted, with their parts.
 *
 * It uses an explicit stack, because types may be nested more deeply than the call stack allows.
 *
 * @throws {FormatError} when a type contains itself.
 */
export function innermostFirst(btf: Btf, root: TypeId, isKnown: (id: TypeId) => boolean): TypeId[] {
  const order: TypeId[] = [];
  const seen = new Set<TypeId>();
  const open = new Set<BtfType>();
  const done = new Set<BtfType>();
  const stack: Visit[] = [];
  const visit = (id: TypeId) => {
    if (isKnown(id)) return;
    const type = btf.resolve(id);
    if (open.has(type)) throw new FormatError("BTF", `type ${type.id} contains itself`);
    if (seen.has(id)) return;
    seen.add(id);
    open.add(type);
    // If the type is done, it was visited under another id, such as that of a typedef, so its parts are in the order already.
    stack.push({ id, type, parts: done.has(type) ? [] : partsOf(type), next: 0 });
  };
  visit(root);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const part = top.parts[top.next++];
    if (part !== undefined) {
      visit(part);
      continue;
    }
    stack.pop();
    open.delete(top.type);
    done.add(top.type);
    order.push(top.id);
  }
  return order;
}

function partsOf(type: BtfType): TypeId[] {
  if (type.kind === "array") return [type.element];
  return type.kind === "struct" || type.kind === "union" ? type.members.map((member) => member.type) : [];
}
