// With what wasm32 has no place for, and attributes that BTF does not record.
#include "layouts.h"

struct aligned_members {
    char c;
    int x __attribute__((aligned(16)));
    char d;
} __attribute__((aligned(64)));

struct packed_and_aligned {
    char c;
    int l;
    char t;
} __attribute__((packed, aligned(4)));

union packed_union {
    char a[5];
    long l;
} __attribute__((packed));

struct bits_with_gaps {
    unsigned a : 3;
    unsigned : 5;
    unsigned c : 20;
    int : 0;
    u8 d : 2;
    u8 : 0;
    unsigned e : 1;
};

struct aligned_holder {
    char c;
    struct aligned_members a;
    struct packed_and_aligned b;
    char d;
    union packed_union squeezed;
    long wide : 40;
};

struct scalars scalars;
struct longs longs;
nameless nameless_variable;
struct enums enums;
struct nested nested;
struct bits bits;
struct packed packed;
union plain_union plain_union;
union packed_union packed_union;
struct holder holder;
struct with_empty with_empty;
struct flexible flexible;
struct __pad pad;
struct aligned_holder aligned_holder;
struct bits_with_gaps bits_with_gaps;
