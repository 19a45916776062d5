// Maps with everything that a definition can have, variables in each kind of section, and calls of other functions.
#include "common.h"

struct value {
    u32 number;
    char text[12];
    struct value __kptr *next;
};

struct inner {
    __uint(type, 2);
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} first SEC(".maps"), second SEC(".maps");

struct {
    __uint(type, 12);
    __uint(max_entries, 3);
    __type(key, u32);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {&first, 0, &second}};

struct {
    __uint(type, 1);
    __uint(max_entries, 16);
    __uint(map_flags, 1);
    __uint(numa_node, 0);
    __type(key, u32);
    __type(value, struct value);
} hash SEC(".maps");

struct {
    __uint(type, 27);
    __uint(max_entries, 4096);
} ring SEC(".maps");

struct {
    __uint(type, 30);
    __uint(max_entries, 8);
    __uint(value_size, 8);
    enum { EXTRA = 3 } map_extra;
} bloom SEC(".maps");

struct {
    __uint(type, 33);
    __uint(map_flags, 1024);
    __uint(max_entries, 4);
} arena SEC(".maps");

int tail(void *ctx);

struct {
    __uint(type, 3);
    __uint(max_entries, 2);
    __uint(key_size, 4);
    __array(values, int(void *));
} programs SEC(".maps") = {.values = {[1] = (void *)&tail}};

struct {
    __uint(type, 2);
    __uint(max_entries, 4);
    __type(key, int);
    __type(value, struct { char bytes[208]; });
} __bpf_usdt_specs SEC(".maps");

struct {
    __uint(type, 1);
    __uint(max_entries, 4);
    __type(key, long);
    __type(value, u32);
} __bpf_usdt_ip_to_spec_id SEC(".maps");

__attribute__((address_space(1))) int in_arena SEC(".addr_space.1") = 7;

int zero;
int one = 1;
const volatile int constant = 2;
u64 array[5] SEC(".data.array") = {1, 2};
char hidden SEC(".bss.hidden") __attribute__((visibility("hidden")));
const volatile char text[] SEC(".rodata.text") = "text";
static volatile int own = 3;

static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*loop)(u32 count, void *callback, void *context, u64 flags) = (void *)181;
static long (*tail_call)(void *ctx, void *map, u32 index) = (void *)12;

__noinline static int once(u32 index, void *context) {
    return index + own;
}
__noinline int weak_one(int x) __weak;
__noinline int weak_one(int x) {
    return x + zero;
}
__noinline int deeper(int x __tag("arg:nonnull")) {
    return weak_one(x) + one;
}

SEC("raw_tp/sys_enter") int run(void *ctx) {
    u32 key = constant;
    struct value *value = lookup(&hash, &key);

    loop(2, once, 0, 0);
    tail_call(ctx, &programs, 1);
    if (value) array[1] += value->number;
    hidden += in_arena + text[1];
    void *used = &arena;
    __asm__ volatile("" : "+r"(used));
    return deeper(1) + (lookup(&outer, &key) != 0);
}

SEC("raw_tp/sys_enter") int tail(void *ctx) {
    return zero;
}
SEC("?socket") int not_loaded(void *ctx) {
    return deeper(3);
}
SEC("usdt") int probe(void *ctx) {
    return lookup(&bloom, 0) != 0;
}
SEC("freplace/run") int replacement(void *ctx) {
    return lookup(&ring, 0) != 0;
}

u32 made_for SEC("version") = 0x060000;
