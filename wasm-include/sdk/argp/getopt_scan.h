// SPDX-License-Identifier: MIT
/* The scan of a command line that argp and getopt() share. */
#ifndef SDK_GETOPT_SCAN_H
#define SDK_GETOPT_SCAN_H

#include <getopt.h>
#include <stdbool.h>

/* Special results of __getopt_scan(); all others are a short option, or the value of a long one. */
#define SCAN_END (-1)
#define SCAN_ARGUMENT 1 /* an argument that is no option, if the options begin with '-' */

enum getopt_order { GETOPT_PERMUTE, GETOPT_STOP_AT_ARGUMENT, GETOPT_IN_ORDER };

/* The options of a program. */
struct getopt_options {
    const char *shorts;
    const struct option *longs; /* NULL if there are none */
    bool long_only;             /* -name is a long option, too */
    bool quiet;
};

struct getopt_scan {
    int next;          /* index of the next argument; 0 begins anew */
    char *argument;    /* the argument of the option */
    int unknown;       /* the option that an error is about, or 0 */
    int long_index;    /* the index of the long option, or -1 */
    bool failed;       /* '?' is an error, and no option of that name */
    bool begun;
    enum getopt_order order;
    const char *rest;  /* the short options that are left of the current argument */
    /* The arguments in [skipped_from, skipped_to) were passed over. They come after the options in the end. */
    int skipped_from;
    int skipped_to;
};

int __getopt_scan(struct getopt_scan *scan, int argc, char **argv, const struct getopt_options *options);

#endif
