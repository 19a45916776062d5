// SPDX-License-Identifier: MIT
/* Opens, loads and closes objects. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include "data_maps.h"
#include "libbpf_guest.h"
#include "libbpf_imports.h"
#include "object.h"

/*
 * A copy of `opts` in which `name` names the object, unless the caller has named it. The copy has all bytes that the
 * caller's size says, since the host refuses those that it does not know.
 */
static struct bpf_object_open_opts *named_opts(const struct bpf_object_open_opts *opts, const char *name) {
    size_t size = opts && opts->sz > sizeof(*opts) ? opts->sz : sizeof(*opts);
    struct bpf_object_open_opts *copy = calloc(1, size);
    if (!copy) return NULL;
    if (opts) memcpy(copy, opts, opts->sz);
    copy->sz = size;
    if (!copy->object_name) copy->object_name = name;
    return copy;
}

struct bpf_object *libbpf_guest_open(const void *buffer, size_t size, const char *name,
                                     const struct bpf_object_open_opts *opts) {
    /* The host refuses a size that is too small for the size itself. */
    struct bpf_object_open_opts *copy = opts && opts->sz < sizeof(opts->sz) ? NULL : named_opts(opts, name);
    if (!copy) return libbpf_guest_pointer(opts && opts->sz < sizeof(opts->sz) ? -EINVAL : -ENOMEM);
    intptr_t result = (intptr_t)import_bpf_object__open_mem(buffer, size, copy);
    free(copy);
    return libbpf_guest_pointer(result);
}

struct bpf_object *bpf_object__open_mem(const void *obj_buf, size_t obj_buf_sz,
                                        const struct bpf_object_open_opts *opts) {
    if (!obj_buf || obj_buf_sz == 0) return libbpf_guest_pointer(-EINVAL);
    char name[64];
    snprintf(name, sizeof(name), "%lx-%zx", (unsigned long)obj_buf, obj_buf_sz);
    return libbpf_guest_open(obj_buf, obj_buf_sz, name, opts);
}

/* Reads a whole file. On failure the result is NULL, and errno gives the reason. */
static char *read_file(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) return NULL;
    char *bytes = NULL;
    size_t length = 0, room = 0;
    struct stat status;
    if (fstat(fd, &status) == 0 && status.st_size > 0) room = (size_t)status.st_size + 1;
    for (;;) {
        if (!bytes || length == room) {
            room = room > length ? room : room * 2 + 65536;
            char *larger = realloc(bytes, room);
            if (!larger) break;
            bytes = larger;
        }
        ssize_t count = read(fd, bytes + length, room - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) break;
        if (count == 0) {
            close(fd);
            *size = length;
            return bytes;
        }
        length += (size_t)count;
    }
    int error = errno;
    close(fd);
    free(bytes);
    errno = error;
    return NULL;
}

/* The file's name up to its first dot. */
static char *name_of_file(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *start = slash ? slash + 1 : path;
    return strndup(start, strcspn(start, "."));
}

struct bpf_object *bpf_object__open_file(const char *path, const struct bpf_object_open_opts *opts) {
    if (!path) return libbpf_guest_pointer(-EINVAL);
    libbpf_guest_debug("loading object from %s\n", path);
    size_t size = 0;
    char *bytes = read_file(path, &size);
    char *name = bytes ? name_of_file(path) : NULL;
    if (!name) {
        int error = errno;
        libbpf_guest_warn("elf: failed to open %s: %s\n", path, strerror(error));
        free(bytes);
        return libbpf_guest_pointer(-error);
    }
    struct bpf_object *obj = libbpf_guest_open(bytes, size, name, opts);
    int error = errno;
    free(name);
    free(bytes);
    errno = error;
    return obj;
}

struct bpf_object *bpf_object__open(const char *path) {
    return bpf_object__open_file(path, NULL);
}

static struct libbpf_guest_hook *hooks;

void libbpf_guest_add_hook(struct libbpf_guest_hook *hook) {
    for (const struct libbpf_guest_hook *other = hooks; other; other = other->next) {
        if (other == hook) return;
    }
    hook->next = hooks;
    hooks = hook;
}

int bpf_object__load(struct bpf_object *obj) {
    if (!obj) return libbpf_guest_int(-EINVAL);
    int err = libbpf_guest_write_data(obj);
    if (!err) err = import_bpf_object__load(obj);
    if (!err) err = libbpf_guest_share_data(obj);
    return libbpf_guest_int(err);
}

void bpf_object__close(struct bpf_object *obj) {
    if (!obj) return;
    libbpf_guest_free_data(obj);
    for (const struct libbpf_guest_hook *hook = hooks; hook; hook = hook->next) hook->closing(obj);
    import_bpf_object__close(obj);
}
