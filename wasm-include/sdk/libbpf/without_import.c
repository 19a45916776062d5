// SPDX-License-Identifier: MIT
/*
 * Functions of libbpf that the host does not offer. Those with options call the function without, if their options say the
 * same. The others fail, so that a program that can do without them links and runs.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "libbpf_guest.h"

/* A member of options; 0 if the caller's struct ends before it. */
#define OPTION(options, member)                                                                     \
    ((options) && (options)->sz >= offsetof(typeof(*(options)), member) + sizeof((options)->member) \
         ? (options)->member                                                                        \
         : 0)

#define REFUSED(name, parameters, error) \
    int name parameters {                \
        return libbpf_guest_int(-error); \
    }

/* With options */

int bpf_btf_get_fd_by_id_opts(__u32 id, const struct bpf_get_fd_by_id_opts *opts) {
    return OPTION(opts, open_flags) ? libbpf_guest_int(-EOPNOTSUPP) : bpf_btf_get_fd_by_id(id);
}

int bpf_obj_get_opts(const char *pathname, const struct bpf_obj_get_opts *opts) {
    return OPTION(opts, file_flags) ? libbpf_guest_int(-EOPNOTSUPP) : bpf_obj_get(pathname);
}

int bpf_obj_pin_opts(int fd, const char *pathname, const struct bpf_obj_pin_opts *opts) {
    return OPTION(opts, file_flags) ? libbpf_guest_int(-EOPNOTSUPP) : bpf_obj_pin(fd, pathname);
}

int bpf_prog_attach_opts(int prog_fd, int target, enum bpf_attach_type type, const struct bpf_prog_attach_opts *opts) {
    if (OPTION(opts, replace_prog_fd) || OPTION(opts, relative_fd) || OPTION(opts, relative_id) ||
        OPTION(opts, expected_revision))
        return libbpf_guest_int(-EOPNOTSUPP);
    return bpf_prog_attach(prog_fd, target, type, OPTION(opts, flags));
}

int bpf_prog_detach_opts(int prog_fd, int target, enum bpf_attach_type type, const struct bpf_prog_detach_opts *opts) {
    if (OPTION(opts, flags) || OPTION(opts, relative_fd) || OPTION(opts, relative_id) ||
        OPTION(opts, expected_revision))
        return libbpf_guest_int(-EOPNOTSUPP);
    return bpf_prog_detach2(prog_fd, target, type);
}

int bpf_prog_query_opts(int target, enum bpf_attach_type type, struct bpf_prog_query_opts *opts) {
    if (!opts) return libbpf_guest_int(-EINVAL);
    if (OPTION(opts, prog_attach_flags) || OPTION(opts, link_ids) || OPTION(opts, link_attach_flags))
        return libbpf_guest_int(-EOPNOTSUPP);
    __u32 attach_flags = 0, count = OPTION(opts, prog_cnt);
    int result = bpf_prog_query(target, type, OPTION(opts, query_flags), &attach_flags, OPTION(opts, prog_ids), &count);
    if (opts->sz >= offsetof(typeof(*opts), prog_cnt) + sizeof(count)) {
        opts->attach_flags = attach_flags;
        opts->prog_cnt = count;
    }
    return result;
}

/* An object has no token. */
int bpf_object__token_fd(const struct bpf_object *) {
    return -1;
}

/* Access to other processes */

REFUSED(bpf_prog_get_fd_by_id, (__u32), EPERM)
REFUSED(bpf_prog_get_fd_by_id_opts, (__u32, const struct bpf_get_fd_by_id_opts *), EPERM)
REFUSED(bpf_map_get_fd_by_id, (__u32), EPERM)
REFUSED(bpf_map_get_fd_by_id_opts, (__u32, const struct bpf_get_fd_by_id_opts *), EPERM)
REFUSED(bpf_link_get_fd_by_id, (__u32), EPERM)
REFUSED(bpf_link_get_fd_by_id_opts, (__u32, const struct bpf_get_fd_by_id_opts *), EPERM)
REFUSED(bpf_prog_detach, (int, enum bpf_attach_type), EPERM)
REFUSED(bpf_task_fd_query, (int, int, __u32, char *, __u32 *, __u32 *, __u32 *, __u64 *, __u64 *), EPERM)
REFUSED(bpf_token_create, (int, struct bpf_token_create_opts *), EPERM)

/* Impossible in a guest */

REFUSED(bpf_object__gen_loader, (struct bpf_object *, struct gen_loader_opts *), EOPNOTSUPP)
REFUSED(bpf_program__set_insns, (struct bpf_program *, struct bpf_insn *, size_t), EOPNOTSUPP)
REFUSED(libbpf_register_prog_handler,
        (const char *, enum bpf_prog_type, enum bpf_attach_type, const struct libbpf_prog_handler_opts *), EOPNOTSUPP)
REFUSED(libbpf_unregister_prog_handler, (int), EOPNOTSUPP)
REFUSED(perf_buffer__buffer, (struct perf_buffer *, int, void **, size_t *), EOPNOTSUPP)
REFUSED(bpf_linker__add_file, (struct bpf_linker *, const char *, const struct bpf_linker_file_opts *), EOPNOTSUPP)
REFUSED(bpf_linker__finalize, (struct bpf_linker *), EOPNOTSUPP)

struct bpf_linker *bpf_linker__new(const char *, struct bpf_linker_opts *) {
    return libbpf_guest_pointer(-EOPNOTSUPP);
}

void bpf_linker__free(struct bpf_linker *) {}
