// SPDX-License-Identifier: MIT
/* losses COUNT [wait]: writes COUNT records, half of them by each function, then reads them; with "wait", polls for ever. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "losses.skel.h"

static int seen, misplaced;

static int take(void *ctx, void *data, size_t size) {
    (void)ctx, (void)size;
    misplaced += *(int *)data != seen++;
    return 0;
}

int main(int argc, char **argv) {
    int count = argc > 1 ? atoi(argv[1]) : 0;
    struct losses *skel = losses__open_and_load();
    if (!skel) return 1;
    struct ring_buffer *ring = ring_buffer__new(bpf_map__fd(skel->maps.events), take, NULL, NULL);
    if (!ring) return 1;
    for (int i = 0; i < count; i++) {
        LIBBPF_OPTS(bpf_test_run_opts, options);
        bpf_prog_test_run_opts(bpf_program__fd(i % 2 ? skel->progs.output : skel->progs.reserve), &options);
    }
    ring_buffer__poll(ring, 0);
    printf("%d of %d records, %d misplaced\n", seen, count, misplaced);
    fflush(stdout);
    while (argc > 2 && !strcmp(argv[2], "wait")) ring_buffer__poll(ring, -1);
    ring_buffer__free(ring);
    losses__destroy(skel);
    return 0;
}
