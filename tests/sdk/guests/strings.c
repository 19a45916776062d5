// Conversions, searching, sorting, times, and streams in memory.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static void convert(void) {
    char *end;
    printf("%lu %lx %ld\n", strtoul("18446744073709551615", NULL, 10), strtoul("ffffffff81000010", NULL, 16),
           strtol("-9223372036854775808", NULL, 0));
    errno = 0;
    long result = strtol("99999999999999999999", &end, 10);
    printf("%d %d %d\n", result == LONG_MAX, errno == ERANGE, *end);
    errno = 0;
    result = strtol("no number", &end, 10);
    printf("%ld %d %s\n", result, errno, end);
    printf("%lu %g %d\n", strtoul("", NULL, 0), strtod("none", NULL), errno);
    printf("%llu %g %g %d %ld\n", strtoull("0777", NULL, 0), strtod("1e-3x", &end), atof("2.5"), atoi("-12"),
           atol("1"));
    printf("%s\n", end);
}

static int by_number(const void *a, const void *b) {
    long x = *(const long *)a, y = *(const long *)b;
    return x < y ? -1 : x > y;
}

static void sort(void) {
    long numbers[] = {5, -3, 1L << 40, 0, 7, -(1L << 50), 2};
    qsort(numbers, 7, sizeof(long), by_number);
    for (int i = 0; i < 7; i++) printf("%ld ", numbers[i]);
    long wanted = 7;
    printf("%td\n", (long *)bsearch(&wanted, numbers, 7, sizeof(long), by_number) - numbers);
}

struct row {
    int count;
    char name;
};

static int by_count(const void *a, const void *b) {
    return ((const struct row *)a)->count - ((const struct row *)b)->count;
}

static int by_factor(const void *a, const void *b, void *factor) {
    return *(int *)factor * by_count(a, b);
}

// Rows with the same count keep their order, and elements of any size are moved.
static void sort_rows(void) {
    struct row rows[26];
    int factor = -1;
    for (int i = 0; i < 26; i++) rows[i] = (struct row){i * 7 % 5, (char)('a' + i)};
    qsort(rows, 26, sizeof(rows[0]), by_count);
    for (int i = 0; i < 26; i++) printf("%d%c ", rows[i].count, rows[i].name);
    qsort_r(rows, 26, sizeof(rows[0]), by_factor, &factor);
    for (int i = 0; i < 26; i++) printf("%c", rows[i].name);
    char names[6][13] = {"openat", "a long name!", "", "close", "exit", "b"};
    qsort(names, 6, sizeof(names[0]), (comparison_fn_t)strcmp);
    for (int i = 0; i < 6; i++) printf(" %s", names[i]);
    printf("\n");
}

static void split(void) {
    char text[] = "a,b,,c", *rest = text, *part, *saved;
    while ((part = strsep(&rest, ","))) printf("[%s]", part);
    char words[] = "  one two\tthree ";
    for (char *word = strtok_r(words, " \t", &saved); word; word = strtok_r(NULL, " \t", &saved)) printf("<%s>", word);
    char path[] = "/usr/lib/libc.so.6";
    printf(" %s %s\n", (basename)(path), strrchr(path, '.'));
    printf("%d %d %d %s %s\n", strcasecmp("ABC", "abd") < 0, strncmp("abc", "abd", 2), strverscmp("5.4", "5.15") < 0,
           strcasestr("Hello World", "WORLD"), strpbrk("key=value", "="));
    printf("%zu %zu %s %d\n", strspn("aab", "a"), strcspn("abc", "c"), strchrnul("abc", 'x'), isxdigit('f') != 0);
}

static void match(void) {
    regex_t pattern;
    regmatch_t found[2];
    printf("%d ", regcomp(&pattern, "^cpu([0-9]+)$", REG_EXTENDED));
    printf("%d ", regexec(&pattern, "cpu42", 2, found, 0));
    printf("%ld-%ld %d\n", (long)found[1].rm_so, (long)found[1].rm_eo, regexec(&pattern, "mem", 0, NULL, 0));
    regfree(&pattern);
}

static void tell_time(void) {
    time_t time = 1700000000;
    struct tm parts;
    char text[64];
    gmtime_r(&time, &parts);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a %b %j %U %p", &parts);
    printf("%s %ld\n", text, (long)timegm(&parts));
    memset(&parts, 0, sizeof(parts));
    printf("%d ", strptime("2024-02-29 12:34:56", "%Y-%m-%d %H:%M:%S", &parts) != NULL);
    printf("%ld\n", (long)timegm(&parts));
}

static void stream(void) {
    char *line = NULL, *written, text[] = "first line\nsecond\nlast";
    size_t room = 0, size;
    // A size of 0 says that the pointer has no memory.
    line = (char *)1;
    FILE *input = fmemopen(text, sizeof(text) - 1, "r");
    for (ssize_t length; (length = getline(&line, &room, input)) >= 0;) printf("%zd:%s|", length, line);
    fclose(input);
    free(line);
    FILE *output = open_memstream(&written, &size);
    fprintf(output, "%d %s", 7, "streams");
    fclose(output);
    printf(" %s %zu\n", written, size);
    free(written);
}

static void addresses(void) {
    unsigned char address[16];
    char text[INET6_ADDRSTRLEN];
    int valid = inet_pton(AF_INET6, "2001:db8::1", address);
    printf("%d %s\n", valid, inet_ntop(AF_INET6, address, text, sizeof(text)));
    valid = inet_pton(AF_INET, "192.168.1.10", address);
    printf("%d %s\n", valid, inet_ntop(AF_INET, address, text, sizeof(text)));
    printf("%s %x %x\n", inet_ntoa((struct in_addr){htonl(0x7f000001)}), ntohs(0x1234), inet_addr("10.0.0.1"));
    printf("%s %s\n", strsignal(SIGINT), strsignal(SIGTERM));
}

int main(void) {
    convert();
    sort();
    sort_rows();
    split();
    match();
    tell_time();
    stream();
    addresses();
    return 0;
}
