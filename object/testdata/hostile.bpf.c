// One of every kind of item that libbpf reads from an object. Tests damage them one at a time. Needs no header.
typedef unsigned long long u64;
typedef unsigned int u32;
typedef u32 chained;
typedef chained twice;

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]

struct inner {
    __uint(type, 2); /* array */
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
} first SEC(".maps");

struct {
    __uint(type, 12); /* array_of_maps */
    __uint(max_entries, 2);
    __type(key, u32);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {&first}};

struct {
    __uint(type, 1); /* hash */
    __uint(max_entries, 16);
    __uint(map_flags, 1);
    __type(key, twice);
    __type(value, u64);
} counts SEC(".maps");

struct node {
    struct node *next;
    int value;
};

extern int CONFIG_HZ __attribute__((section(".kconfig"), weak));

struct task_struct {
    unsigned int in_execve : 1;
    int pid;
} __attribute__((preserve_access_index));

struct tcp_congestion_ops {
    u32 (*ssthresh)(void *sk);
    char name[16];
};

int initial = 4;
u64 total;

static void *(*lookup)(void *map, const void *key) = (void *)1;

__attribute__((noinline)) int subprogram(int x) {
    return x + initial;
}

SEC("struct_ops") u32 ssthresh(u64 *context) {
    return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops congestion = {.ssthresh = (void *)ssthresh, .name = "wasm_bpf_a"};

SEC("raw_tp/sched_switch") int on_switch(u64 *context) {
    u32 key = 0;
    struct task_struct *task = (void *)context[1];
    u64 *value = lookup(&counts, &key);
    if (value) *value += subprogram(CONFIG_HZ) + __builtin_preserve_field_info(task->in_execve, 0);
    return 0;
}

SEC("?raw_tp/sched_wakeup") int not_loaded(u64 *context) {
    u32 key = 1;
    u64 *value = lookup(&counts, &key);
    return value ? *value : 0;
}

SEC("raw_tp/sched_wakeup_new") int last_half(u64 *context) {
    total++;
    return 0;
}

struct node *unused;

char LICENSE[] SEC("license") = "GPL";
