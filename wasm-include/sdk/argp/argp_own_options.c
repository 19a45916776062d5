// SPDX-License-Identifier: MIT
/* The options that argp itself adds to a program's: --help, --usage and --version. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "argp_internal.h"

/* Weak, since the program defines those that it needs. */
__attribute__((weak)) const char *argp_program_version;
__attribute__((weak)) void (*argp_program_version_hook)(FILE *stream, struct argp_state *state);
__attribute__((weak)) const char *argp_program_bug_address;

enum { KEY_PROGRAM_NAME = -2, KEY_USAGE = -3, KEY_HANG = -4 };

static void set_program_name(char *name, struct argp_state *state) {
    program_invocation_name = name;
    char *slash = strrchr(name, '/');
    state->name = slash ? slash + 1 : name;
    program_invocation_short_name = state->name;
    if ((state->flags & (ARGP_PARSE_ARGV0 | ARGP_NO_ERRS)) == ARGP_PARSE_ARGV0) state->argv[0] = name;
}

/* --HANG is for a debugger that attaches to the program. */
static volatile int seconds_to_hang;

static error_t parse_help(int key, char *arg, struct argp_state *state) {
    switch (key) {
    case '?': argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP); break;
    case KEY_USAGE: argp_state_help(state, state->out_stream, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK); break;
    case KEY_PROGRAM_NAME: set_program_name(arg, state); break;
    case KEY_HANG:
        seconds_to_hang = atoi(arg ? arg : "3600");
        while (seconds_to_hang-- > 0) sleep(1);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static error_t parse_version(int key, char *arg, struct argp_state *state) {
    (void)arg;
    if (key != 'V') return ARGP_ERR_UNKNOWN;
    if (argp_program_version_hook)
        argp_program_version_hook(state->out_stream, state);
    else if (argp_program_version)
        fprintf(state->out_stream, "%s\n", argp_program_version);
    else
        argp_error(state, "(PROGRAM ERROR) No version known!?");
    if (!(state->flags & ARGP_NO_EXIT)) exit(0);
    return 0;
}

static const struct argp_option help_options[] = {
    {"help", '?', NULL, 0, "Give this help list", -1},
    {"usage", KEY_USAGE, NULL, 0, "Give a short usage message", 0},
    {"program-name", KEY_PROGRAM_NAME, "NAME", OPTION_HIDDEN, "Set the program name", 0},
    {"HANG", KEY_HANG, "SECS", OPTION_ARG_OPTIONAL | OPTION_HIDDEN, "Hang for SECS seconds (default 3600)", 0},
    {0},
};

static const struct argp_option version_options[] = {
    {"version", 'V', NULL, 0, "Print program version", -1},
    {0},
};

static const struct argp help_argp = {.options = help_options, .parser = parse_help};
static const struct argp version_argp = {.options = version_options, .parser = parse_version};

void __argp_add_own_options(struct argp_child *children, const struct argp *argp) {
    if (argp) (children++)->argp = argp;
    (children++)->argp = &help_argp;
    if (argp_program_version || argp_program_version_hook) children->argp = &version_argp;
}
