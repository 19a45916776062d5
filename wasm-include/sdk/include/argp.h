// SPDX-License-Identifier: MIT
/*
 * GNU argp: option parsing with --help, --usage and --version. The interface, the texts and their layout are glibc's,
 * so a guest prints what the native program prints. Texts are not translated: argp_domain has no effect.
 */
#ifndef _ARGP_H
#define _ARGP_H

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef __error_t_defined
#define __error_t_defined 1
typedef int error_t;
#endif

struct argp;
struct argp_state;

/* An option, an alias of the option before it, a header of a group, or an entry of documentation. */
struct argp_option {
    const char *name; /* the long name, or NULL */
    int key;          /* the key for the parser, and the short name if it is a printable character */
    const char *arg;  /* the name of the argument, or NULL if the option takes none */
    int flags;        /* OPTION_* */
    const char *doc;
    int group; /* the place in --help: 0, 1, 2 and so on, then the negative ones; 0 also means: as the one before */
};

#define OPTION_ARG_OPTIONAL 0x1
#define OPTION_HIDDEN 0x2
#define OPTION_ALIAS 0x4
#define OPTION_DOC 0x8
#define OPTION_NO_USAGE 0x10

/* Gets an option's key, or one of ARGP_KEY_*, and returns 0, ARGP_ERR_UNKNOWN for what it does not handle, or errno. */
typedef error_t (*argp_parser_t)(int key, char *arg, struct argp_state *state);

/* glibc's number, E2BIG on Linux. WASI's E2BIG is 1, which parsers also return for an error of their own. */
#define ARGP_ERR_UNKNOWN 7

#define ARGP_KEY_ARG 0 /* an argument that is no option */
#define ARGP_KEY_ARGS 0x1000006 /* all arguments from state->argv + state->next, if no parser took ARGP_KEY_ARG */
#define ARGP_KEY_END 0x1000001 /* no arguments are left */
#define ARGP_KEY_NO_ARGS 0x1000002 /* this parser got no argument */
#define ARGP_KEY_INIT 0x1000003 /* before anything is parsed */
#define ARGP_KEY_FINI 0x1000007 /* after everything, also after an error */
#define ARGP_KEY_SUCCESS 0x1000004 /* all was parsed */
#define ARGP_KEY_ERROR 0x1000005 /* an error ended the parsing */

struct argp {
    const struct argp_option *options; /* up to one whose members are all 0, or NULL */
    argp_parser_t parser;
    const char *args_doc; /* the arguments in the line of usage; one line for each form */
    const char *doc; /* printed before the options, and what follows \v after them */
    const struct argp_child *children; /* up to one whose argp is NULL, or NULL */
    /* Returns the text to print instead: TEXT itself, one from malloc(), or NULL for none. */
    char *(*help_filter)(int key, const char *text, void *input);
    const char *argp_domain;
};

/* Keys that a help filter gets beside those of the options. */
#define ARGP_KEY_HELP_PRE_DOC 0x2000001
#define ARGP_KEY_HELP_POST_DOC 0x2000002
#define ARGP_KEY_HELP_HEADER 0x2000003
#define ARGP_KEY_HELP_EXTRA 0x2000004
#define ARGP_KEY_HELP_DUP_ARGS_NOTE 0x2000005
#define ARGP_KEY_HELP_ARGS_DOC 0x2000006

struct argp_child {
    const struct argp *argp;
    int flags;
    const char *header; /* printed above the child's options; with it or a group, they stay together */
    int group;
};

struct argp_state {
    const struct argp *root_argp;
    int argc;
    char **argv;
    int next; /* the index of the next argument to parse; a parser may change it */
    unsigned flags;
    unsigned arg_num; /* for ARGP_KEY_ARG: how many came before */
    int quoted; /* the index of the first argument after --, or 0 */
    void *input;
    void **child_inputs; /* for ARGP_KEY_INIT: what the children's parsers get as input */
    void *hook; /* the parser's own */
    char *name; /* the program's name in messages */
    FILE *err_stream;
    FILE *out_stream;
    void *pstate; /* argp's own */
};

#define ARGP_PARSE_ARGV0 0x01
#define ARGP_NO_ERRS 0x02
#define ARGP_NO_ARGS 0x04
#define ARGP_IN_ORDER 0x08
#define ARGP_NO_HELP 0x10
#define ARGP_NO_EXIT 0x20
#define ARGP_LONG_ONLY 0x40
#define ARGP_SILENT (ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP)

#define ARGP_HELP_USAGE 0x01
#define ARGP_HELP_SHORT_USAGE 0x02
#define ARGP_HELP_SEE 0x04
#define ARGP_HELP_LONG 0x08
#define ARGP_HELP_PRE_DOC 0x10
#define ARGP_HELP_POST_DOC 0x20
#define ARGP_HELP_DOC (ARGP_HELP_PRE_DOC | ARGP_HELP_POST_DOC)
#define ARGP_HELP_BUG_ADDR 0x40
#define ARGP_HELP_LONG_ONLY 0x80
#define ARGP_HELP_EXIT_ERR 0x100
#define ARGP_HELP_EXIT_OK 0x200
#define ARGP_HELP_STD_ERR (ARGP_HELP_SEE | ARGP_HELP_EXIT_ERR)
#define ARGP_HELP_STD_USAGE (ARGP_HELP_SHORT_USAGE | ARGP_HELP_SEE | ARGP_HELP_EXIT_ERR)
#define ARGP_HELP_STD_HELP \
    (ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_EXIT_OK | ARGP_HELP_DOC | ARGP_HELP_BUG_ADDR)

/* The program defines these if it has a version or an address. */
extern const char *argp_program_version;
extern void (*argp_program_version_hook)(FILE *stream, struct argp_state *state);
extern const char *argp_program_bug_address;
/* The exit status after a wrong command line: 64, EX_USAGE. */
extern error_t argp_err_exit_status;

/* Parses the command line. *ARG_INDEX gets the index of the first argument that no parser took; without ARG_INDEX,
   such an argument is an error. Returns 0, or the error of a parser. */
error_t argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *arg_index, void *input);

void argp_help(const struct argp *argp, FILE *stream, unsigned flags, char *name);
void argp_state_help(const struct argp_state *state, FILE *stream, unsigned flags);
void argp_usage(const struct argp_state *state);
/* Prints a message and where to find help, and exits. */
void argp_error(const struct argp_state *state, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
/* Prints a message with the text of ERRNUM if it is not 0, and exits with STATUS if that is not 0. */
void argp_failure(const struct argp_state *state, int status, int errnum, const char *format, ...)
    __attribute__((__format__(__printf__, 4, 5)));

#ifdef __cplusplus
}
#endif

#endif /* _ARGP_H */
