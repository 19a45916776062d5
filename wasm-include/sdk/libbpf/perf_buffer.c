// SPDX-License-Identifier: MIT
/* Perf buffers. The host's pump calls the guest's function for each event, in the room that each perf buffer has. */
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"
#include "room.h"

struct perf_buffer {
    struct perf_buffer *handle; /* the host's */
    struct libbpf_guest_room room;
};

void perf_buffer__free(struct perf_buffer *pb) {
    /* Some programs free the error pointers of older versions of libbpf. */
    if (!pb || (intptr_t)pb < 0) return;
    if (pb->handle) import_perf_buffer__free(pb->handle);
    free(pb->room.bytes);
    free(pb);
}

/* libbpf's warnings about arguments that it refuses. */
static void warn_about(int map_fd, size_t page_cnt) {
    struct bpf_map_info info = {0};
    __u32 length = sizeof(info);
    if (page_cnt == 0 || (page_cnt & (page_cnt - 1)))
        libbpf_guest_warn("page count should be power of two, but is %zu\n", page_cnt);
    else if (import_bpf_map_get_info_by_fd(map_fd, &info, &length) == 0 && info.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
        libbpf_guest_warn("map '%s' should be BPF_MAP_TYPE_PERF_EVENT_ARRAY\n", info.name);
}

/* Makes the guest's part of a buffer. `handle` is the host's, or a negative error. */
static struct perf_buffer *new_buffer(intptr_t handle, int map_fd, size_t page_cnt) {
    struct perf_buffer *pb = handle < 0 ? NULL : calloc(1, sizeof(*pb));
    if (handle == -EINVAL) warn_about(map_fd, page_cnt);
    if (!pb) return libbpf_guest_pointer(handle < 0 ? handle : -ENOMEM);
    pb->handle = (struct perf_buffer *)handle;
    int err = libbpf_guest_new_room(&pb->room, import_perf_buffer__room(pb->handle));
    if (!err) return pb;
    perf_buffer__free(pb);
    return libbpf_guest_pointer(err);
}

struct perf_buffer *perf_buffer__new(int map_fd, size_t page_cnt, perf_buffer_sample_fn sample_cb,
                                     perf_buffer_lost_fn lost_cb, void *ctx, const struct perf_buffer_opts *opts) {
    intptr_t handle = (intptr_t)import_perf_buffer__new(map_fd, page_cnt, sample_cb, lost_cb, ctx, opts);
    return new_buffer(handle, map_fd, page_cnt);
}

struct perf_buffer *perf_buffer__new_raw(int map_fd, size_t page_cnt, struct perf_event_attr *attr,
                                         perf_buffer_event_fn event_cb, void *ctx,
                                         const struct perf_buffer_raw_opts *opts) {
    intptr_t handle = (intptr_t)import_perf_buffer__new_raw(map_fd, page_cnt, attr, event_cb, ctx, opts);
    return new_buffer(handle, map_fd, page_cnt);
}

/* True if a call with this result has to be repeated, in more room. */
static bool needs_room(struct perf_buffer *pb, int result) {
    return result == -EMSGSIZE && libbpf_guest_needs_room(&pb->room, result, import_perf_buffer__room(pb->handle));
}

int perf_buffer__poll(struct perf_buffer *pb, int timeout_ms) {
    int result;
    do {
        result = import_perf_buffer__poll(pb->handle, timeout_ms, pb->room.bytes, pb->room.size);
    } while (result < 0 && needs_room(pb, result));
    return libbpf_guest_int(result);
}

int perf_buffer__consume(struct perf_buffer *pb) {
    int result;
    do {
        result = import_perf_buffer__consume(pb->handle, pb->room.bytes, pb->room.size);
    } while (result < 0 && needs_room(pb, result));
    return libbpf_guest_int(result);
}

int perf_buffer__consume_buffer(struct perf_buffer *pb, size_t buf_idx) {
    int result;
    do {
        result = import_perf_buffer__consume_buffer(pb->handle, buf_idx, pb->room.bytes, pb->room.size);
    } while (result < 0 && needs_room(pb, result));
    return libbpf_guest_int(result);
}

int perf_buffer__epoll_fd(const struct perf_buffer *pb) {
    return libbpf_guest_int(import_perf_buffer__epoll_fd(pb->handle));
}

size_t perf_buffer__buffer_cnt(const struct perf_buffer *pb) {
    return import_perf_buffer__buffer_cnt(pb->handle);
}

int perf_buffer__buffer_fd(const struct perf_buffer *pb, size_t buf_idx) {
    return libbpf_guest_int(import_perf_buffer__buffer_fd(pb->handle, buf_idx));
}
