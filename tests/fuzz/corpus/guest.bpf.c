// The object of the hostile guests: maps of many types, and programs that are attached in several ways.
#include "common.h"

int count;
int data = 1;
const volatile int constant;
struct {
    __uint(type, 1);
    __uint(max_entries, 8);
    __type(key, u32);
    __type(value, u64);
} hash SEC(".maps");
struct {
    __uint(type, 6);
    __uint(max_entries, 2);
    __type(key, u32);
    __type(value, u32);
} percpu SEC(".maps");
struct {
    __uint(type, 2);
    __uint(max_entries, 4);
    __uint(map_flags, 1024);
    __type(key, u32);
    __type(value, u64);
} array SEC(".maps");
struct {
    __uint(type, 27);
    __uint(max_entries, 4096);
} ring SEC(".maps");
struct {
    __uint(type, 4);
    __uint(key_size, 4);
    __uint(value_size, 4);
} perf SEC(".maps");
struct {
    __uint(type, 31);
    __uint(max_entries, 4096);
} user SEC(".maps");
struct {
    __uint(type, 3);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __uint(value_size, 4);
} programs SEC(".maps");
struct {
    __uint(type, 22);
    __uint(max_entries, 4);
    __uint(value_size, 8);
} queue SEC(".maps");
struct {
    __uint(type, 13);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __uint(value_size, 4);
    __array(
        values, struct {
            __uint(type, 2);
            __uint(max_entries, 1);
            __type(key, u32);
            __type(value, u32);
        });
} outer SEC(".maps");

static long (*output)(void *, void *, u64, void *, u64) = (void *)25;
static long (*ring_output)(void *, void *, u64, u64) = (void *)130;

SEC("raw_tp/sys_enter") int run(void *ctx) {
    u64 record[2] = {1, 2};

    // Few records, so that no poll of the guest goes on for ever.
    if (count > 400) return 0;
    count += data + constant;
    ring_output(&ring, record, sizeof(record), 0);
    output(ctx, &perf, 0xffffffff, record, sizeof(record));
    return 0;
}
SEC("socket") int sock(void *ctx) {
    return 0;
}
SEC("xdp") int pass(void *ctx) {
    return 2;
}
SEC("tc") int classify(void *ctx) {
    return -1;
}
SEC("tp/sched/sched_switch") int tick(void *ctx) {
    return 0;
}
SEC("perf_event") int sample(void *ctx) {
    return 0;
}
