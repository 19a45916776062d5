// Maps, programs and global variables of every sort. Needs no header, so that it compiles anywhere.
typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned char u8;

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]

struct hist {
    u32 slots[26];
    char comm[16];
};

struct record {
    int pid;
    long start;
    void *address;
};

struct {
    __uint(type, 27); /* ringbuf */
    __uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct {
    __uint(type, 1); /* hash */
    __uint(max_entries, 10240);
    __type(key, u32);
    __type(value, struct hist);
    __uint(map_flags, 1);
    __uint(pinning, 1);
} hists SEC(".maps");

struct {
    __uint(type, 4); /* perf_event_array */
    __uint(key_size, sizeof(u32));
    __uint(value_size, sizeof(u32));
} perf SEC(".maps");

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

const volatile u64 min_duration_ns = 0;
const volatile char label[] = "abc";
const volatile long ratio = 5;
const volatile _Bool verbose;
volatile int initial = 4;
static volatile int hidden = 3;
static volatile u64 hidden_bss;
int custom SEC(".data.custom") = 1;
const volatile int tuned SEC(".rodata.tuned") = 1;
u64 count;
u8 tiny;
void *volatile pointer;
struct hist totals;
struct record last;
const struct record *unused;

static u64 (*ktime_get_ns)(void) = (void *)5;
static long (*trace_printk)(const char *fmt, u32 size, ...) = (void *)6;

__attribute__((noinline)) int subprogram(int x) {
    return x + hidden + hidden_bss;
}

SEC("tp/sched/sched_switch") int on_switch(void *ctx) {
    static const char format[] = "%d\n";
    count += subprogram(label[count & 1] + initial + custom + tuned + ratio + tiny + verbose) + min_duration_ns;
    last.start = ktime_get_ns();
    trace_printk(format, sizeof(format), 1);
    return 0;
}

SEC("xdp") int on_packet(void *ctx) {
    return 2;
}

SEC("?kprobe/do_exit") int on_exit(void *ctx) {
    return 0;
}

SEC("kprobe/do_exit") int second(void *ctx) {
    return 0;
}

SEC("kprobe/do_exit") int third(void *ctx) {
    return 0;
}

char LICENSE[] SEC("license") = "GPL";
