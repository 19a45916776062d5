// SPDX-License-Identifier: MIT
/* Ring and perf buffers by libbpf's names. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/resource.h>
#include "events_guest.h"

static void see_perf(void *ctx, int cpu, void *data, __u32 size) {
    struct seen *seen = (struct seen *)ctx;
    if (cpu != WASM_BPF_CPU_UNKNOWN) seen->misplaced++;
    events_see(seen, data, size);
}

static void lost(void *ctx, int cpu, __u64 count) {
    (void)ctx, (void)cpu, (void)count;
}

static int refuse(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    return -ECANCELED;
}

static void rings(struct events_bpf *skel) {
    struct seen a = {0}, b = {.next = 1000};
    int fd_a = bpf_map__fd(skel->maps.ring_a), fd_b = bpf_map__fd(skel->maps.ring_b);
    struct ring_buffer *rings = ring_buffer__new(fd_a, events_see, &a, NULL);
    if (!check("a ring buffer opens", rings != NULL)) return;
    events_emit(skel, COMMAND_RING_A, 0, 3, 32);
    check_equal("polling one ring", ring_buffer__poll(rings, 100), 3);
    check_equal("another is added", ring_buffer__add(rings, fd_b, events_see, &b), 0);
    events_emit(skel, COMMAND_RING_A, 3, 2, 32);
    events_emit(skel, COMMAND_RING_B, 1000, 4, 48);
    check_equal("consuming both", ring_buffer__consume(rings), 6);
    events_emit(skel, COMMAND_RING_B, 1004, 5, 48);
    check_equal("polling both", ring_buffer__poll(rings, -1), 5);
    check_equal("nothing is left", ring_buffer__poll(rings, 30), 0);
    check_equal("each callback had its own", a.count * 100 + b.count, 509);
    check_equal("in order", a.misplaced + b.misplaced + a.missized + b.missized, 0);
    ring_buffer__free(rings);

    rings = ring_buffer__new(fd_a, refuse, NULL, NULL);
    events_emit(skel, COMMAND_RING_A, 0, 1, 32);
    check_equal("the callback's own error", ring_buffer__poll(rings, 100), -ECANCELED);
    ring_buffer__free(rings);
    check("no ring buffer for an unused number", !ring_buffer__new(fd_a + 1000, events_see, &a, NULL));
    check_equal("says why", errno, EBADF);
    check("nor without a callback", !ring_buffer__new(fd_a, NULL, &a, NULL));
    check_equal("says why, too", errno, EINVAL);
}

static void perf(struct events_bpf *skel) {
    struct seen seen = {0};
    int fd = bpf_map__fd(skel->maps.perf);
    struct perf_buffer *buffer = perf_buffer__new(fd, 16, see_perf, lost, &seen, NULL);
    if (!check("a perf buffer opens", buffer != NULL)) return;
    events_emit(skel, COMMAND_PERF, 0, 7, 64);
    check_equal("polling it", perf_buffer__poll(buffer, 100), 7);
    events_emit(skel, COMMAND_PERF, 7, 2, 64);
    check_equal("consuming it", perf_buffer__consume(buffer), 0);
    check_equal("delivers all", seen.count, 9);
    check_equal("in order", seen.misplaced, 0);
    perf_buffer__free(buffer);
    check("pages are a power of two", !perf_buffer__new(fd, 3, see_perf, lost, &seen, NULL));
    check_equal("or an error", errno, EINVAL);
}

static int print(enum libbpf_print_level level, const char *format, va_list arguments) {
    return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, arguments);
}

int main(void) {
    check("no print function is set at first", libbpf_set_print(print) == NULL);
    check("libbpf_set_print() returns the previous function", libbpf_set_print(NULL) == print);
    char text[64] = "", end[1] = "";
    check_equal("libbpf_strerror()", libbpf_strerror(-ENOENT, text, sizeof(text)), 0);
    check("gives the text of an error", strcmp(text, strerror(ENOENT)) == 0);
    check("cut to the buffer's size", libbpf_strerror(ENOENT, end, sizeof(end)) == 0 && *end == '\0');
    check_equal("and fails without a buffer", libbpf_strerror(ENOENT, NULL, 0), -EINVAL);
    struct events_bpf *skel = events_open_and_start();
    rings(skel);
    perf(skel);
    int fd = bpf_map__fd(skel->maps.ring_a);
    events_bpf__destroy(skel);
    check("nothing opens once the object is closed", !ring_buffer__new(fd, refuse, NULL, NULL) && errno == EBADF);
    return check_result();
}
