// Comparisons of long double. The compiler calls them with an int as result; those in clang's builtins for wasm64 return
// a long, and the linker replaces a function of another type by a trap.
typedef unsigned __int128 bits;

#define SIGN ((bits)1 << 127)
#define INFINITE ((bits)0x7fff << 112)

static bits bits_of(long double value) {
    union {
        long double value;
        bits bits;
    } both = {value};
    return both.bits;
}

static int is_nan(long double value) {
    return (bits_of(value) & ~SIGN) > INFINITE;
}

// Orders values like integers: a larger magnitude is further from zero.
static int compare(long double a, long double b, int unordered) {
    if (is_nan(a) || is_nan(b)) return unordered;
    __int128 x = bits_of(a) & ~SIGN, y = bits_of(b) & ~SIGN;
    if (bits_of(a) & SIGN) x = -x;
    if (bits_of(b) & SIGN) y = -y;
    return x < y ? -1 : x > y;
}

int __eqtf2(long double a, long double b) {
    return compare(a, b, 1);
}

int __netf2(long double a, long double b) {
    return compare(a, b, 1);
}

int __lttf2(long double a, long double b) {
    return compare(a, b, 1);
}

int __letf2(long double a, long double b) {
    return compare(a, b, 1);
}

int __gttf2(long double a, long double b) {
    return compare(a, b, -1);
}

int __getf2(long double a, long double b) {
    return compare(a, b, -1);
}

int __unordtf2(long double a, long double b) {
    return is_nan(a) || is_nan(b);
}
