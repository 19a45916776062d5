// SPDX-License-Identifier: MIT
/* The state of argp_parse(). */
#ifndef SDK_ARGP_PARSER_H
#define SDK_ARGP_PARSER_H

#include <getopt.h>

#include "argp_internal.h"
#include "getopt_scan.h"

/* An argp of the tree that has options or a parser. */
struct argp_group {
    const struct argp *argp;
    size_t shorts_end;       /* the end of its short options; they begin at the end of those of the group before */
    unsigned args_processed; /* the number of arguments that its parser took */
    const struct argp_group *parent;
    unsigned child_index;    /* its place among the parent's children */
    void *input;
    void **child_inputs;
    void *hook;
};

struct argp_long_key {
    const struct argp_group *group;
    int key;
};

struct argp_parser {
    struct argp_state state;
    struct argp_group *groups;
    size_t group_count;
    char *shorts; /* in the form that getopt() takes */
    size_t shorts_length;
    struct option *longs;
    struct argp_long_key *long_keys;
    size_t long_count;
    void **child_inputs;
    size_t child_count;
    struct getopt_scan scan;
    bool scanning; /* options may follow */
};

/* Values of long options begin behind those of characters. */
#define ARGP_FIRST_LONG_VALUE (UCHAR_MAX + 1)

/* Makes the lists of options. Returns false if memory is missing; __argp_parser_free() is needed in both cases. */
bool __argp_parser_make(struct argp_parser *parser, const struct argp *argp, unsigned flags);
void __argp_parser_free(struct argp_parser *parser);

#endif
