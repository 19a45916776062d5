// SPDX-License-Identifier: MIT
/* getopt_random END: parses command lines, made from the numbers up to END, with the functions of getopt.h. */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static uint64_t state;

static unsigned below(unsigned limit) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state * 0x2545F4914F6CDD1DULL) >> 33) % limit;
}

static const char *const names[] = {"help",  "helper", "verbose", "version", "v",   "all",
                                    "allow", "a",      "pid",     "x-y",     "list"};
static int flag;

static unsigned make_options(struct option *options) {
    unsigned count = below(7);
    for (unsigned i = 0; i < count; i++) {
        int value = below(3) ? 300 + (int)below(4) : "ahv"[below(3)];
        const char *name = names[below(COUNT(names))];
        options[i] = (struct option){name, (int)below(3), NULL, value};
    }
    if (count && !below(4)) options[0].flag = &flag;
    return count;
}

static char *make_argument(const struct option *options, unsigned count) {
    static const char *const others[] = {"--",    "-",    "file", "-a",   "-b",     "-bx",   "-c",    "-cfoo",
                                         "-q",    "-abq", "--zz", "--h",  "--he=1", "--ver", "--all", "--a=3",
                                         "-help", "-v",   "-x",   "-hel", "-d",     "-d3",   "3"};
    char *made = malloc(80);
    if (below(3) || !count) return strcpy(made, others[below(COUNT(others))]);
    strcpy(made, below(4) ? "--" : "-");
    strcat(made, options[below(count)].name);
    if (!below(4)) strcat(made, "=val");
    if (!below(4)) made[3] = '\0';
    return made;
}

static void parse(int argc, char **argv, const char *shorts, const struct option *options) {
    unsigned function = below(3);
    for (int round = 0; round < 40; round++) {
        int index = -1, result;
        if (function == 0)
            result = getopt(argc, argv, shorts);
        else if (function == 1)
            result = getopt_long(argc, argv, shorts, options, &index);
        else
            result = getopt_long_only(argc, argv, shorts, options, &index);
        if (result == -1) break;
        int failed = result == '?' || result == ':';
        printf("%d arg %s next %d unknown %d index %d flag %d\n", result, optarg ? optarg : "(null)", optind,
               failed ? optopt : 0, failed ? 0 : index, flag);
    }
    printf("end %d:", optind);
    for (int i = 0; i < argc; i++) printf(" %s", argv[i]);
    puts("");
    optind = 0;
}

int main(int argc, char **argv) {
    static const char *const shorts[] = {"abc:d::h", "+ab:v", "-ab:x::", ":ab:p:", "+:a:b", "-:ab::", "", "h?v:"};
    unsigned long end = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    setvbuf(stdout, NULL, _IONBF, 0);
    optind = 0;
    for (unsigned long seed = 0; seed < end; seed++) {
        state = 88172645463325252ULL + seed * 0x9E3779B97F4A7C15ULL;
        for (int i = 0; i < 8; i++) below(2);
        struct option options[8] = {0};
        unsigned count = make_options(options);
        char *arguments[10] = {"dir/tool"};
        int arguments_count = 1 + (int)below(8);
        for (int i = 1; i < arguments_count; i++) arguments[i] = make_argument(options, count);
        unsetenv("POSIXLY_CORRECT");
        if (!below(8)) setenv("POSIXLY_CORRECT", "1", 1);
        opterr = below(6) != 0;
        parse(arguments_count, arguments, shorts[below(COUNT(shorts))], options);
    }
    return 0;
}
