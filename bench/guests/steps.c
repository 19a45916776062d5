// SPDX-License-Identifier: MIT
/*
 * Runs bootstrap up to a step: steps begin|open|load|attach|listen. Then prints a line and waits for a minute.
 */
#include "bench.h"
#include "bootstrap.h"
#include "bootstrap.skel.h"

static int nothing(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    return 0;
}

int main(int argc, char **argv) {
    static const char *const steps[] = {"begin", "open", "load", "attach", "listen"};
    int last = 0;
    for (int step = 0; argc > 1 && step < 5; step++)
        if (strcmp(argv[1], steps[step]) == 0) last = step;

    struct bootstrap_bpf *skel = NULL;
    struct bpf_buffer *buffer = NULL;
    if (last >= 1) bench_require((skel = bootstrap_bpf__open()) != NULL, "cannot open");
    if (last >= 2) bench_require(bootstrap_bpf__load(skel) == 0, "cannot load");
    if (last >= 3) bench_require(bootstrap_bpf__attach(skel) == 0, "cannot attach");
    if (last >= 4) {
        buffer = bpf_buffer__open(skel->maps.events, nothing, NULL);
        bench_require(buffer && bpf_buffer__poll(buffer, 0) >= 0, "cannot listen");
    }
    puts("ready");
    fflush(stdout);
    usleep(60 * 1000 * 1000);
    bpf_buffer__free(buffer);
    bootstrap_bpf__destroy(skel);
    return 0;
}
