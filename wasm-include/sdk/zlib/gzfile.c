// SPDX-License-Identifier: MIT
/* Files that zlib would read; see zlib.h. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

/* A stream of libc. */
static FILE *stream(gzFile file) {
    return (FILE *)file;
}

gzFile gzopen(const char *path, const char *mode) {
    if (!path || !mode || mode[0] != 'r') {
        errno = EINVAL;
        return NULL;
    }
    FILE *opened = fopen(path, "r");
    if (!opened) return NULL;
    unsigned char magic[2] = {0};
    size_t length = fread(magic, 1, sizeof(magic), opened);
    if (length == sizeof(magic) && magic[0] == 0x1f && magic[1] == 0x8b) {
        fclose(opened);
        errno = ENOSYS;
        return NULL;
    }
    rewind(opened);
    return (gzFile)opened;
}

int gzclose(gzFile file) {
    if (!file) return Z_STREAM_ERROR;
    return fclose(stream(file)) == 0 ? Z_OK : Z_ERRNO;
}

int gzread(gzFile file, void *buffer, unsigned size) {
    if (!file || size > INT_MAX) return -1;
    size_t length = fread(buffer, 1, size, stream(file));
    return length == 0 && ferror(stream(file)) ? -1 : (int)length;
}

char *gzgets(gzFile file, char *buffer, int size) {
    return file && buffer && size > 0 ? fgets(buffer, size, stream(file)) : NULL;
}

int gzeof(gzFile file) {
    return file && feof(stream(file)) ? 1 : 0;
}

const char *gzerror(gzFile file, int *number) {
    bool failed = !file || ferror(stream(file));
    if (number) *number = !file ? Z_STREAM_ERROR : failed ? Z_ERRNO : Z_OK;
    return failed ? strerror(errno) : "";
}
