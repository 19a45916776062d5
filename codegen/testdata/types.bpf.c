// SPDX-License-Identifier: MIT
/* Types of every shape that a guest can share with its programs. The writers of all languages are tested with it. */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed int __s32;
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name

char LICENSE[] SEC("license") = "GPL";

enum color { RED, GREEN = 7, BLUE = -1 };
enum wide { NARROW = 1, WIDE = 0x123456789abcdef };

/* A gap after `tag`, and one at the end. */
struct gaps {
    __u8 tag;
    __u64 value;
    __u16 last;
};

struct __attribute__((packed)) tight {
    __u8 tag;
    __u64 value;
    struct gaps inner;
};

struct flags {
    __u32 low : 3;
    __u32 middle : 12;
    __s32 negative : 5;
    __u32 : 0;
    __u64 high : 40;
    __u8 after;
};

union number {
    __u32 word;
    __u8 bytes[4];
    float real;
};

struct event {
    int pid;
    long count;
    void *address;
    char comm[16];
    enum color color;
    enum wide wide;
    _Bool is_exit;
    union number number;
    struct {
        __u16 port;
        __u32 host;
    } peer;
    struct gaps list[3];
    struct flags flags;
    struct tight tight;
    union {
        __u64 nanoseconds;
        double seconds;
    };
    __u8 matrix[2][3];
    int type; /* a keyword in some languages */
};

struct {
    __uint(type, 1);
    __uint(max_entries, 64);
    __type(key, struct gaps);
    __type(value, struct event);
} events SEC(".maps");

struct {
    __uint(type, 6);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

const volatile int limit = 5;
const volatile char prefix[8] = "x";
struct event last;
long total = 3;
static int hidden;

SEC("raw_tp/sys_enter")
int run(void *ctx) {
    last.pid = limit + prefix[0] + hidden++;
    return total;
}
