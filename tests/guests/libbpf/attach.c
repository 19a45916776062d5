// SPDX-License-Identifier: MIT
/* Attaching by function: tracepoints, perf events, iterators, struct_ops. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/perf_event.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "attach.skel.h"

static void result(const char *what, const struct bpf_link *link) {
    printf("%s: %s\n", what, link ? "attached" : strerror(errno));
}

static void trace(struct attach *skel) {
    struct bpf_link *link = bpf_program__attach_tracepoint(skel->progs.trace_sleep, "sched", "sched_switch");
    result("tracepoint", link);
    struct bpf_link_info info = {0};
    __u32 length = sizeof(info);
    int err = bpf_link_get_info_by_fd(bpf_link__fd(link), &info, &length);
    if (err)
        printf("info: %s\n", strerror(-err));
    else
        printf("link %d, of type %u\n", info.id > 0, info.type);
    usleep(2000);
    printf("traced: %d\n", skel->bss->traced > 0);
    printf("destroy: %d\n", bpf_link__destroy(link));
}

static void sample(struct attach *skel) {
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .sample_period = 100000,
    };
    int fd = (int)syscall(__NR_perf_event_open, &attr, -1, 0, -1, 0);
    printf("perf event: %d\n", fd >= 0);
    struct bpf_link *link = bpf_program__attach_perf_event(skel->progs.sample, fd);
    result("sampling", link);
    time_t end = time(NULL) + 5;
    while (!skel->bss->sampled && time(NULL) < end) usleep(1000);
    printf("sampled: %d\n", skel->bss->sampled > 0);
    bpf_link__destroy(link);
}

static void iterate(struct attach *skel) {
    struct bpf_link *link = bpf_program__attach_iter(skel->progs.show_tasks, NULL);
    result("iterator", link);
    int fd = bpf_iter_create(bpf_link__fd(link));
    char text[7];
    ssize_t size = read(fd, text, sizeof(text));
    printf("%zd bytes: %.*s\n", size, size < 0 ? 0 : (int)size, text);
    printf("close: %d\n", close(fd));
    bpf_link__destroy(link);
}

static void register_ops(struct attach *skel) {
    struct bpf_link *link = bpf_map__attach_struct_ops(skel->maps.congestion);
    result("struct_ops", link);
    printf("destroy: %d\n", bpf_link__destroy(link));
}

int main(void) {
    struct attach *skel = attach__open();
    if (!skel) return 1;
    bpf_program__set_autoattach(skel->progs.trace_sleep, false);
    size_t size;
    printf("struct_ops: %d\n", bpf_map__initial_value(skel->maps.congestion, &size) != NULL);
    int err = attach__load(skel);
    printf("load: %s\n", err ? strerror(-err) : "done");
    if (!err) {
        trace(skel);
        sample(skel);
        iterate(skel);
        register_ops(skel);
    }
    attach__destroy(skel);
    return 0;
}
