// SPDX-License-Identifier: MIT
/* A tool with the kinds of options that tracing tools have. The texts are long, since their layout is tested. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "argp_tool 0.1";
const char *argp_program_bug_address = "https://example.org/a/rather/long/address/of/a/place/for/reports/of/defects";

static const char doc[] =
    "Summarize the time that tasks wait for a processor, as a histogram.\n"
    "\n"
    "USAGE: argp_tool [--help] [-T] [-m] [--pidnss] [-L] [-P] [-p PID] [interval] [count] [-c CG]\n"
    "\n"
    "EXAMPLES:\n"
    "    argp_tool         # summarize the time as a histogram\n"
    "    argp_tool 1 10    # print 1 second summaries, 10 times\n"
    "    argp_tool -p 185  # trace the process with id 185 only\n"
    "\v"
    "The times are those of the scheduler. This text comes after the options and is so long that it is wrapped.";

enum { KEY_PIDNSS = 256, KEY_UNIQUE, KEY_STACKS };

static const struct argp_option options[] = {
    {"timestamp", 'T', NULL, 0, "Include timestamp on output", 0},
    {"milliseconds", 'm', NULL, 0, "Millisecond histogram", 0},
    {"pidnss", KEY_PIDNSS, NULL, 0, "Print a histogram per PID namespace", 0},
    {"pids", 'P', NULL, 0, "Print a histogram per process ID", 0},
    {"pid", 'p', "PID", 0, "Trace this PID only", 0},
    {"cgroup", 'c', "/sys/fs/cgroup/unified", 0, "Trace process in cgroup path", 0},
    {"duration", 'd', "DURATION", OPTION_ARG_OPTIONAL, "Total duration of trace (s); a doc of exactly 50 columns..", 0},
    {"length", 'l', "N", 0, "This doc has exactly fifty columns, which is a lot", 0},
    {"unique", KEY_UNIQUE, NULL, 0, "Count unique events in a text\nof two lines\n\nand a third after an empty one", 0},
    {"stack-storage-size", KEY_STACKS, "SS-SIZE", 0, "the number of unique stack traces that can be stored", 0},
    {"threads", 'L', NULL, OPTION_ALIAS, NULL, 0},
    {NULL, 0, NULL, 0, "Output:", 2},
    {"verbose", 'v', NULL, 0, "Verbose debug output", 0},
    {"quiet", 'q', NULL, OPTION_NO_USAGE, NULL, 0},
    {"FORMAT is one of text and json", 0, NULL, OPTION_DOC | OPTION_NO_USAGE, "and text if it is missing", 0},
    {NULL, 'h', NULL, OPTION_HIDDEN, "Show the full help", 0},
    {0},
};

static const struct argp_option filters[] = {
    {"comm", 'n', "NAME", 0, "Only processes with this name", 0},
    {"uid", 'u', "UID", 0, "Only processes of this user", 1},
    {0},
};

static error_t parse_filter(int key, char *arg, struct argp_state *state) {
    switch (key) {
    case 'n': printf("comm %s\n", arg); break;
    case 'u':
        if (!*arg || strspn(arg, "0123456789") != strlen(arg)) argp_failure(state, 3, EINVAL, "uid %s", arg);
        printf("uid %s\n", arg);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state) {
    switch (key) {
    case 'h': argp_state_help(state, stderr, ARGP_HELP_STD_HELP); break;
    case 'p':
        errno = 0;
        if (strtol(arg, NULL, 10) <= 0) {
            fprintf(stderr, "Invalid PID: %s\n", arg);
            argp_usage(state);
        }
        printf("pid %s\n", arg);
        break;
    case ARGP_KEY_ARG:
        if (state->arg_num >= 2) {
            fprintf(stderr, "unrecognized positional argument: %s\n", arg);
            argp_usage(state);
        }
        if (atoi(arg) <= 0) argp_error(state, "invalid number '%s' at %u", arg, state->arg_num);
        printf("argument %s\n", arg);
        break;
    case ARGP_KEY_END: printf("end %d of %d\n", state->next, state->argc); break;
    case ARGP_KEY_INIT:
    case ARGP_KEY_SUCCESS:
    case ARGP_KEY_ERROR:
    case ARGP_KEY_FINI:
    case ARGP_KEY_NO_ARGS:
    case ARGP_KEY_ARGS: return ARGP_ERR_UNKNOWN;
    default: printf("option %d %s\n", key, arg ? arg : "");
    }
    return 0;
}

int main(int argc, char **argv) {
    const struct argp filter = {.options = filters, .parser = parse_filter};
    const struct argp_child children[] = {{&filter, 0, "Filters:", 0}, {0}};
    const struct argp argp = {
        .options = options, .parser = parse, .args_doc = "[interval [count]]", .doc = doc, .children = children};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, NULL);
    if (error) return 1;
    for (int i = 0; i < argc; i++) printf("%s\n", i ? argv[i] : "name");
    return 0;
}
