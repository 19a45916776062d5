/**
 * Flags of open(2) and its like (`asm/fcntl.h`). Two differ between the architectures.
 *
 * @module
 */

const IS_ARM = Deno.build.arch === "aarch64";

/** `O_*`. */
export const O = {
  RDONLY: 0,
  WRONLY: 1,
  RDWR: 2,
  ACCMODE: 3,
  CREAT: 0o100,
  EXCL: 0o200,
  NOCTTY: 0o400,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DSYNC: 0o10000,
  SYNC: 0o4010000,
  DIRECTORY: IS_ARM ? 0o40000 : 0o200000,
  NOFOLLOW: IS_ARM ? 0o100000 : 0o400000,
  CLOEXEC: 0o2000000,
  /** A place in the file system, not opened for reading. */
  PATH: 0o10000000,
} as const;
