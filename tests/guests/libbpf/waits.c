// SPDX-License-Identifier: MIT
/* waits MS: polls an empty ring buffer with this time-out, then sleeps for as long, and prints the duration of each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int ignore(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    return 0;
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
    int ms = argc > 1 ? atoi(argv[1]) : 0;
    int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "nothing", 0, 0, 4096, NULL);
    struct ring_buffer *ring = ring_buffer__new(fd, ignore, NULL, NULL);
    if (!ring) return 1;
    puts("waiting");
    fflush(stdout);
    long start = now_ms();
    if (ring_buffer__poll(ring, ms) != 0) return 2;
    printf("poll %ld\n", now_ms() - start);
    fflush(stdout);
    start = now_ms();
    usleep(ms * 1000);
    printf("sleep %ld\n", now_ms() - start);
    ring_buffer__free(ring);
    return 0;
}
