// SPDX-License-Identifier: MIT
/* getopt() and getopt_long() with glibc's messages; those of wasi-libc differ. */
#include <getopt.h>
#include <stddef.h>

#include "getopt_scan.h"

int optind = 1;
int opterr = 1;
int optopt = '?';
int optreset = 0;
char *optarg;

static int scan_globals(int argc, char *const *argv, const struct getopt_options *options, int *long_index) {
    static struct getopt_scan scan;
    if (optreset) {
        optreset = 0;
        optind = 0;
    }
    scan.next = optind;
    int result = __getopt_scan(&scan, argc, (char **)argv, options);
    optind = scan.next;
    optarg = scan.argument;
    if (scan.failed) optopt = scan.unknown;
    if (long_index && scan.long_index >= 0) *long_index = scan.long_index;
    return result;
}

int getopt(int argc, char *const argv[], const char *shorts) {
    struct getopt_options options = {shorts, NULL, false, !opterr};
    return scan_globals(argc, argv, &options, NULL);
}

int getopt_long(int argc, char *const *argv, const char *shorts, const struct option *longs, int *long_index) {
    struct getopt_options options = {shorts, longs, false, !opterr};
    return scan_globals(argc, argv, &options, long_index);
}

int getopt_long_only(int argc, char *const *argv, const char *shorts, const struct option *longs, int *long_index) {
    struct getopt_options options = {shorts, longs, true, !opterr};
    return scan_globals(argc, argv, &options, long_index);
}
