// SPDX-License-Identifier: MIT
/* Uses names and types of glibc: regoff_t, error_t, strndupa(), and realpath() of its arguments. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    const char text[] = "probe_123";
    regmatch_t match[3];
    regex_t regex;
    error_t error = regcomp(&regex, "^([a-z]+)_([0-9]{2,})$", REG_EXTENDED);
    if (!error) error = regexec(&regex, text, 3, match, 0);
    printf("%d: %d-%d %d-%d %.*s\n", error, match[1].rm_so, match[1].rm_eo, match[2].rm_so, match[2].rm_eo,
           match[2].rm_eo - match[2].rm_so, text + match[2].rm_so);
    printf("%s %s %s\n", strndupa(text, 5), strndupa(text, 99), strdupa(text));
    for (int i = 1; i < argc; i++) {
        char resolved[PATH_MAX];
        errno = 0;
        const char *path = realpath(argv[i], resolved);
        printf("%s %d\n", path ? path : "-", errno == ENOENT);
    }
    return 0;
}
