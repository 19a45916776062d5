/**
 * The kernel's enums.
 *
 * @module
 */

export { AttachType, type BpfMapType, MapType, ProgramType } from "../../object/bpf_numbers.ts";
