// SPDX-License-Identifier: MIT
/*
 * Formats each record of a flood: flood MS. A producer on another core sends as fast as it can. After the first record,
 * the guest reads for MS milliseconds. Prints "ready" when it listens, then the delivered records per second, the
 * percentage of lost records, and the percentage of one core that the reader used.
 */
#include "bench.h"
#include "events.h"
#include "events.skel.h"

static uint64_t delivered, first, last, sum;
static char line[256];

static int format(void *ctx, void *data, size_t size) {
    const struct record *record = (const struct record *)data;
    (void)ctx, (void)size;
    if (delivered++ == 0) first = record->number;
    last = record->number;
    sum += (uint64_t)snprintf(line, sizeof(line), "%-16s %-7u %-7u %llu ms\n", record->comm, record->pid, record->ppid,
                              record->duration_ns / 1000000);
    return 0;
}

/* CPU time of the process with all threads; 0 on hosts without this clock. */
static uint64_t cpu_ns(void) {
#ifdef __wasm__
    uint64_t ns = 0;
    return __wasi_clock_time_get(2 /* the process's CPU time */, 1, &ns) == 0 ? ns : 0;
#else
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
#endif
}

int main(int argc, char **argv) {
    unsigned ms = bench_argument(argc, argv, 1, 1000);
    struct events_bpf *skel = events_bpf__open_and_load();
    bench_require(skel && events_bpf__attach(skel) == 0, "cannot load and attach");
    struct bpf_buffer *buffer = bpf_buffer__open(skel->maps.ring, format, NULL);
    bench_require(buffer, "cannot open the buffer");
    bpf_buffer__poll(buffer, 0);
    puts("ready");
    fflush(stdout);

    /* The first third of the time is for warming up. */
    uint64_t start = 0, cpu = 0, now, phase = 0;
    while (delivered == 0) bench_require(bpf_buffer__poll(buffer, 5000) >= 0, "poll failed");
    for (start = now = bench_now_ns(); phase < 2; now = bench_now_ns()) {
        if (phase == 0 && now - start >= ms * 1000000ULL / 3) {
            delivered = 0, start = now, cpu = cpu_ns(), phase = 1;
        } else if (phase == 1 && now - start >= ms * 1000000ULL) {
            break;
        }
        bench_require(bpf_buffer__poll(buffer, 100) >= 0, "poll failed");
    }
    double seconds = (double)(now - start) / 1e9;
    uint64_t sent = delivered ? last - first + 1 : 0;
    printf("delivered/s %.0f\nsent/s %.0f\nlost %.3f\n", (double)delivered / seconds, (double)sent / seconds,
           sent ? 100.0 * (double)(sent - delivered) / (double)sent : 0);
    uint64_t cpu_end = cpu_ns();
    if (cpu_end > cpu && cpu) printf("cpu %.1f\n", (double)(cpu_end - cpu) / seconds / 1e7);
    fprintf(stderr, "%llu", (unsigned long long)sum & 0);
    events_bpf__destroy(skel);
    return 0;
}
