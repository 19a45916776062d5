/**
 * Source code for guests, from BPF objects.
 *
 * @module
 */

export { genSkeleton, type SkeletonOptions } from "./c_skeleton.ts";
export { objectName } from "./c_identifiers.ts";
