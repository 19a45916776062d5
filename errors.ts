/**
 * The errors that this project throws, and the errno tables.
 *
 * @module
 */

export * from "./errors/mod.ts";
