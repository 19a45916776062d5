// Formatted output and input.
#define _GNU_SOURCE
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void print_integers(void) {
    printf("%d %i %u %x %X %o %c %%\n", -1, 2, 3u, 0xabc, 0xdef, 8, 'x');
    printf("%ld %lu %lx %#lx\n", -(1L << 40), 1UL << 63, 0xffffffff81000010UL, 0xdeadbeefcafeUL);
    printf("%lld %llu %zu %zd %td\n", -1LL, ~0ULL, (size_t)-1, (ssize_t)-1, (ptrdiff_t)-8);
    printf("%hhd %hd %jd %" PRIu64 " %" PRIx64 " %" PRId32 "\n", 300, 70000, (intmax_t)-5, UINT64_MAX, UINT64_MAX, -7);
    printf("[%5d] [%-5d] [%05d] [%+d] [% d] [%.3d] [%*d] [%-*d]\n", 42, 42, 42, 42, 42, 7, 6, 42, 6, 42);
    printf("%2$s %1$s\n", "first", "second");
}

static void print_others(void) {
    printf("%f %.2f %e %g %G %a\n", 3.14159, 2.005, 12345.678, 0.0001, 1e20, 1.0);
    printf("%f %f %f %.0f\n", INFINITY, -INFINITY, NAN, 0.5);
    printf("[%8.3f] [%-8.1f] [%08.2f]\n", 3.14159, 2.5, -1.5);
    printf("[%s] [%10s] [%-10s] [%.3s] [%.*s]\n", "text", "right", "left", "truncated", 2, "abc");
    printf("[%p] [%8p] [%-8p] [%p]\n", NULL, NULL, NULL, (void *)0xabcdef);
    printf("%ls %lc\n", L"wide", L'w');
    char buffer[8];
    for (size_t size = 0; size <= 12; size++) {
        char room[16] = "xxxxxxxxxxxxxxx";
        int length = snprintf(room, size, "%3d|%-4s|%03u", -1, "ab", 7u);
        printf("%zu %d [%.15s] ", size, length, room);
        length = snprintf(room, size, "%20s%s", "end", "");
        printf("%d [%.15s]\n", length, room);
    }
    { /* more than the room that a stream has by default */
        char room[400] = "";
        volatile int wide = 399;
        printf("%d %s\n", snprintf(room, sizeof(room), "%-100d|%0100u|%s", 5, 6u, ""), room);
        printf("%d %.20s\n", snprintf(room, sizeof(room), "%*s%c", wide, "wide", 0x63), room + 390);
    }
    printf("%d ", snprintf(buffer, sizeof(buffer), "%s", "longer than the buffer"));
    printf("%s\n", buffer);
    char *allocated;
    printf("%d ", asprintf(&allocated, "%d-%s", 5, "x"));
    printf("%s\n", allocated);
    free(allocated);
}

static void scan(void) {
    unsigned long address = 0, end = 0, offset = 0, inode = 0;
    char permissions[5], name[64], type;
    int count = sscanf("ffffffff81000010 T start_kernel\t[core]", "%lx %c %63s", &address, &type, name);
    printf("%d %lx %c %s\n", count, address, type, name);
    count = sscanf("7f1c2d4a6000-7f1c2d4c8000 r-xp 00028000 08:01 1234567   /usr/lib/libc.so.6",
                   "%lx-%lx %4s %lx %*x:%*x %lu%63[^\n]", &address, &end, permissions, &offset, &inode, name);
    printf("%d %lx %lx %s %lx %lu [%s]\n", count, address, end, permissions, offset, inode, name);
    double number;
    long long big;
    size_t size;
    int consumed;
    count =
        sscanf("3.5e2 -9223372036854775808 18446744073709551615 x", "%lf %lld %zu%n", &number, &big, &size, &consumed);
    printf("%d %f %lld %zu %d\n", count, number, big, size, consumed);
    uint64_t hexadecimal;
    int decimal;
    count = sscanf("0x1f 077", "%" SCNx64 " %i", &hexadecimal, &decimal);
    printf("%d %" PRIu64 " %d\n", count, hexadecimal, decimal);
    printf("%d %d\n", sscanf("", "%d", &decimal), sscanf("abc", "%d", &decimal));
    char *word;
    printf("%d ", sscanf("allocated rest", "%ms", &word));
    printf("%s\n", word);
    free(word);
}

int main(void) {
    print_integers();
    print_others();
    scan();
    return 0;
}
