// SPDX-License-Identifier: MIT
/*
 * The part of zlib that programs for libbpf use: they read /proc/config.gz when the kernel has no BTF. Guests have no
 * decompressor: a file that is not compressed is read as zlib does, and gzopen() of a compressed one fails with ENOSYS.
 */
#ifndef ZLIB_H
#define ZLIB_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gzFile_s *gzFile;

#define Z_OK 0
#define Z_STREAM_END 1
#define Z_ERRNO (-1)
#define Z_STREAM_ERROR (-2)

gzFile gzopen(const char *path, const char *mode);
int gzclose(gzFile file);
/* Returns the number of bytes, 0 at the end, or -1. */
int gzread(gzFile file, void *buffer, unsigned size);
/* Reads a line with its newline; NULL at the end. */
char *gzgets(gzFile file, char *buffer, int size);
int gzeof(gzFile file);
const char *gzerror(gzFile file, int *number);

#ifdef __cplusplus
}
#endif

#endif /* ZLIB_H */
