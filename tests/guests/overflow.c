// SPDX-License-Identifier: MIT
/*
 * overflow COUNT: prints "attached", then reads records until a faster process on another core has produced COUNT of
 * them. All records in the ring arrive in order. The others are counted as dropped.
 */
#include "libbpf-wasm.h"
#include "check.h"
#include "overflow.skel.h"

enum { PRODUCED, KEPT, DROPPED };

static unsigned long long delivered, misplaced;

static int take(void *ctx, void *data, size_t size) {
    (void)ctx, (void)size;
    misplaced += *(__u64 *)data != delivered++;
    for (volatile int i = 0; i < 100; i++) continue; /* slower than the producer */
    return 0;
}

static __u64 counter(struct overflow_bpf *skel, __u32 which) {
    __u64 count = 0;
    bpf_map_lookup_elem(bpf_map__fd(skel->maps.counters), &which, &count);
    return count;
}

int main(int argc, char **argv) {
    __u64 count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    struct overflow_bpf *skel = overflow_bpf__open_and_load();
    if (!skel || overflow_bpf__attach(skel) < 0) return 1;
    struct bpf_buffer *buffer = bpf_buffer__open(skel->maps.ring, take, NULL);
    puts("attached");
    fflush(stdout);
    for (int idle = 0; counter(skel, PRODUCED) < count && idle < 50;) {
        int taken = bpf_buffer__poll(buffer, 100);
        idle = taken > 0 ? 0 : idle + 1;
    }
    while (bpf_buffer__poll(buffer, 0) > 0) continue;
    printf("# delivered %llu, dropped %llu\n", delivered, (unsigned long long)counter(skel, DROPPED));
    check_equal("all were produced", (long long)counter(skel, PRODUCED), (long long)count);
    check_equal("all that the ring took arrived", (long long)delivered, (long long)counter(skel, KEPT));
    check_equal("in order", (long long)misplaced, 0);
    check_equal("the others were dropped", (long long)(delivered + counter(skel, DROPPED)), (long long)count);
    bpf_buffer__free(buffer);
    overflow_bpf__destroy(skel);
    return check_result();
}
