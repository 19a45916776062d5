// SPDX-License-Identifier: MIT
/* Types of every shape that a guest can share with its programs. The writers of all languages are tested with it. */
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed int __s32;
typedef signed long long __s64;
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name

char LICENSE[] SEC("license") = "GPL";

enum color { RED, GREEN = 7, BLUE = -1 };
enum wide { NARROW = 1, WIDE = 0x123456789abcdef };
enum deep { LOWEST = -0x7fffffffffffffffLL - 1, MIDDLE = 0, HIGHEST = 0x7fffffffffffffffLL };

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

/* Bit-fields that cross bytes and words. They have 11 bytes, and one lies in 6 of them. */
struct __attribute__((packed)) packed_bits {
    __u8 kind : 3;
    __u16 wide : 14;
    __u32 cross : 24;
    __u64 rest : 40;
    __s32 minus : 7;
};

struct empty {};

struct __attribute__((aligned(64))) line {
    __u32 word;
};

struct __attribute__((aligned(16))) sixteen {
    __u8 byte;
};

typedef const volatile __u32 chain_t;
typedef chain_t chains_t[2];
typedef struct {
    __u16 half;
    __u8 __attribute__((btf_decl_tag("a tag"))) tagged;
} unnamed_t;

union in_bits {
    __u8 low : 4;
    __s64 signed_part : 33;
    __u8 bytes[9];
};

/* Names that become alike in other spellings, or that languages reserve. */
struct names {
    __u8 is_exit;
    __u8 isExit;
    __u8 is__exit;
    __u8 IsExit;
    __u8 self;
    __u8 type;
    __u8 fn;
    __u8 func;
    __u8 class;
    __u8 function;
    __u8 var;
    __u8 error;
    __u8 string;
    __u8 errno;
    __u8 set_low;
    __u8 low : 3;
};

struct odd {
    __u8 first;
    struct empty nothing;
    __int128 huge;
    unsigned __int128 huges[2];
    long double real;
    float reals[2];
    __u64 none[0];
    int (*function)(int, void *);
    volatile int counter;
    chain_t chain;
    chains_t chains;
    __u16 grid[2][3];
    struct gaps pairs[2][2];
    char lines[2][8];
    unsigned char raw[4];
    signed char small;
    unnamed_t unnamed;
    enum deep deep;
    enum { LONELY = 11, ALONE = 12 } alone;
    struct line line;
    struct sixteen sixteen[2];
    struct packed_bits packed;
    union in_bits bits;
    union {
        struct {
            __u32 : 4;
            __u32 nested : 5;
        };
        struct {
            __u8 bytes[3];
            union {
                __u16 inner;
            };
        } named;
    };
    const struct odd *next;
    __u64 flexible[];
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
const volatile __s64 lowest = LOWEST;
struct event last;
const struct odd *unused_odd;
const struct names *unused_names;
long total = 3;
static int hidden;

struct odd odd_one;
char text[16];
unsigned char raw[4];
__u64 runs;

/* Fills the variables with known values, which tests read in other languages. */
SEC("raw_tp/sys_enter")
int run(void *ctx) {
    last.pid = limit + prefix[0];
    last.count = -5;
    last.address = (void *)0xffff888012345678;
    __builtin_memcpy(last.comm, "sixteen chars...", 16);
    last.color = BLUE;
    last.wide = WIDE;
    last.is_exit = 1;
    last.number.word = 0x3f800000;
    last.peer.port = 443;
    last.peer.host = 0xfffffffe;
    last.list[2].value = 0xfedcba9876543210;
    last.flags.low = 5;
    last.flags.middle = 0xabc;
    last.flags.negative = -3;
    last.flags.high = 0x1234567890;
    last.flags.after = 255;
    last.tight.value = 1ULL << 63;
    last.tight.inner.last = 65535;
    last.nanoseconds = 77;
    last.matrix[1][2] = 9;
    last.type = -2147483648;
    odd_one.reals[1] = 0.5f;
    odd_one.grid[1][2] = 12;
    odd_one.pairs[1][1].tag = 13;
    odd_one.lines[1][0] = 'z';
    odd_one.small = -128;
    odd_one.unnamed.tagged = 14;
    odd_one.deep = LOWEST;
    odd_one.line.word = 15;
    odd_one.sixteen[1].byte = 16;
    odd_one.packed.kind = 5;
    odd_one.packed.wide = 0x2abc;
    odd_one.packed.cross = 0xabcdef;
    odd_one.packed.rest = 0x9876543210;
    odd_one.packed.minus = -33;
    odd_one.bits.signed_part = -2;
    odd_one.named.inner = 17;
    text[0] = 'o';
    text[1] = 'k';
    raw[3] = 3;
    runs = ++hidden;
    return total;
}
