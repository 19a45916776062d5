// Structs of every kind of layout. Compiled for BPF and for wasm32.
typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;
typedef int pid_type;

enum state { RUNNING, SLEEPING = 5, DEAD = -1 };
enum big { BIG = 0xffffffffffULL, SMALL = 1 };
enum tiny { TINY_A, TINY_B } __attribute__((packed));

struct scalars {
    char c;
    signed char sc;
    unsigned char uc;
    _Bool flag;
    short s;
    unsigned short us;
    int i;
    unsigned int ui;
    long long ll;
    unsigned long long ull;
    float f;
    double d;
    pid_type pid;
};

struct longs {
    char c;
    long l;
    int i;
    unsigned long ul;
    void *p;
    int (*fn)(int);
    long many[3];
};

typedef struct {
    int a;
    long b;
} nameless;

struct enums {
    enum state state;
    enum big big;
    enum tiny tiny;
    enum { INLINE_A = 9, INLINE_B } in_place;
    enum state low : 4;
};

struct nested {
    u8 first;
    struct longs longs;
    nameless one;
    struct longs many[2];
    nameless matrix[2][3];
    struct {
        u8 a;
        struct {
            u8 b;
            long c;
        } deep[2];
    } in_place;
    union {
        u32 x;
        u64 y;
        struct {
            u8 m;
            u16 n;
        };
    };
    union {
        char text[3];
        int number;
    } choice;
    u8 last;
};

struct bits {
    unsigned a : 3;
    unsigned b : 7;
    unsigned c : 20;
    u64 d : 33;
    u8 after;
    _Bool flag : 1;
    long long e : 40;
    signed f : 4;
    u8 g : 1;
    u16 h : 9;
    u32 i : 25;
    int j : 31;
    long narrow : 30;
};

struct packed {
    char c;
    long l;
    unsigned x : 5;
    unsigned y : 30;
    u16 s;
} __attribute__((packed));

union plain_union {
    char a[5];
    short s;
};

struct holder {
    char c;
    struct packed packed;
    union plain_union plain;
    struct packed many[2];
    struct bits bits;
};

struct empty {};

struct with_empty {
    int a;
    struct empty nothing;
    char b;
};

struct flexible {
    u32 count;
    u8 items[];
};

struct __pad {
    char __pad0;
    int x;
};
