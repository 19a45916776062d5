// Programs that reach helpers and kernel functions in every way that compilers and libbpf have. Needs no header.
typedef unsigned long long u64;
typedef unsigned int u32;

#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))
#define KSYM __attribute__((section(".ksyms")))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name
#define __array(name, val) typeof(val) *name[]

static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static u64 (*ktime_get_ns)(void) = (void *)5;
static u32 (*get_prandom_u32)(void) = (void *)7;
static u64 (*get_current_pid_tgid)(void) = (void *)14;
static u64 (*get_current_uid_gid)(void) = (void *)15;
static long (*probe_write_user)(void *to, const void *from, u32 size) = (void *)36;
static u64 (*get_current_task)(void) = (void *)35;
static long (*send_signal)(u32 signal) = (void *)109;
static long (*loop)(u32 count, void *callback, void *context, u64 flags) = (void *)181;

extern void plain_kfunc(void) KSYM;
extern void flavored_kfunc___v2(void) KSYM __attribute__((weak));
extern void only_named_kfunc(void) KSYM __attribute__((weak));
extern const int kernel_variable KSYM;

struct inner {
    __uint(type, 1); /* hash */
    __uint(max_entries, 4);
    __type(key, u32);
    __type(value, u64);
};

struct {
    __uint(type, 12); /* array_of_maps */
    __uint(max_entries, 2);
    __type(key, u32);
    __array(values, struct inner);
} outer SEC(".maps");

struct {
    __uint(type, 27); /* ringbuf */
    __uint(max_entries, 5000);
} ring SEC(".maps");

struct {
    __uint(type, 6); /* percpu_array */
    __uint(max_entries, 3);
    __uint(pinning, 1);
    __type(key, u32);
    __type(value, u32);
} counts SEC(".maps");

static NOINLINE long deepest(u64 x) {
    return x ? send_signal(x) : 0;
}

static NOINLINE long in_static(u64 x) {
    return deepest(x + get_prandom_u32());
}

NOINLINE long in_global(u64 x) {
    return in_static(x) + 1;
}

static long callback(u32 index, void *context) {
    u64 word = 0;
    return probe_write_user(context, &word, sizeof(word));
}

/* No program calls it. */
NOINLINE long unreached(u64 x) {
    return x + get_current_uid_gid();
}

/* Recursion, which the kernel refuses, must end. */
NOINLINE long odd(u64 x);
NOINLINE long even(u64 x) {
    return x < 1 ? get_current_task() : odd(x - 1) + 1;
}
NOINLINE long odd(u64 x) {
    return x < 1 ? 0 : even(x - 1) + 1;
}

NOINLINE long handler(u64 cookie) {
    return get_current_task();
}

SEC("kprobe/do_unlinkat") int direct(void *context) {
    u32 key = 0;
    return map_lookup(&counts, &key) != 0;
}

SEC("?fentry.s/do_unlinkat") int through_global(void *context) {
    return in_global(ktime_get_ns());
}

SEC("tp/sched/sched_switch") int through_callback(void *context) {
    return loop(2, callback, context, 0);
}

SEC("xdp") int calls_kfuncs(void *context) {
    plain_kfunc();
    if (flavored_kfunc___v2) flavored_kfunc___v2();
    return kernel_variable + (only_named_kfunc != 0);
}

SEC("tc") int recursive(void *context) {
    return even((u64)context);
}

SEC("syscall") __attribute__((btf_decl_tag("exception_callback:handler"))) int throws(void *context) {
    return 0;
}

SEC("nothing/known") int unknown(void *context) {
    return get_current_pid_tgid();
}

char LICENSE[] SEC("license") = "GPL";
