// Small functions of GNU and BSD that musl builds on system calls.
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <unistd.h>

// aligned_alloc() of wasi-libc accepts every size.
void *memalign(size_t alignment, size_t size) {
    return aligned_alloc(alignment, size);
}

ssize_t getrandom(void *buffer, size_t size, unsigned flags) {
    if (flags & ~(unsigned)(GRND_NONBLOCK | GRND_RANDOM)) {
        errno = EINVAL;
        return -1;
    }
    // getentropy() gives at most 256 bytes, and Linux interrupts no call for as many.
    size_t given = size < 256 ? size : 256;
    return getentropy(buffer, given) == 0 ? (ssize_t)given : -1;
}

// Makes a file without a name.
FILE *tmpfile(void) {
    char path[] = "/tmp/tmpfile_XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) return NULL;
    unlink(path);
    FILE *file = fdopen(fd, "w+");
    if (!file) close(fd);
    return file;
}

// A guest has no set-user-ID bit.
char *secure_getenv(const char *name) {
    return getenv(name);
}

unsigned long getauxval(unsigned long) {
    errno = ENOENT;
    return 0;
}

// A stream has one user, the guest's thread.

void flockfile(FILE *) {}

void funlockfile(FILE *) {}

int ftrylockfile(FILE *) {
    return 0;
}
