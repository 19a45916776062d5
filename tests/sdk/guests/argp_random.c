// SPDX-License-Identifier: MIT
/*
 * argp_random SEED [END]: makes an argp and a command line from the number, and parses. With END, all numbers up to it are
 * parsed with ARGP_NO_EXIT. The same source with glibc and as a guest must print the same.
 */
#include <argp.h>
#include <errno.h>
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

static int one_in(unsigned chance) {
    return below(chance) == 0;
}

/* Short ones, because glibc 2.36 writes beyond its buffer after names that do not fit into a line. */
static const char *const words[] = {
    "all",
    "a",
    "verbose",
    "the",
    "version",
    "print",
    "trace",
    "of",
    "Process",
    "process-id",
    "pid",
    "pids",
    "cgroup",
    "time",
    "timeout",
    "help",
    "help-me",
    "usage",
    "Output",
    "x",
    "failed",
    "filter",
    "with-a-longer-name",
    "interval",
    "in",
    "Quiet",
    "kernel,",
    "(default)",
    "user;",
    "duration",
    "dur",
    "stack",
    "0",
    "3d",
    "_under",
    "-dash",
};

static const char *word(void) {
    return words[below(COUNT(words))];
}

static char *text(unsigned limit) {
    static const char *const separators[] = {" ",  " ",  " ",    " ",    " ",  " ",   " ",
                                             "  ", "\n", "\n\n", "\n  ", "\t", " \n", ", "};
    char *made = calloc(1, 120 * (limit + 1) + 4);
    unsigned count = below(limit + 1);
    for (unsigned i = 0; i < count; i++) {
        strcat(made, word());
        if (i + 1 < count || one_in(12)) strcat(made, separators[below(COUNT(separators))]);
    }
    return made;
}

static const char *maybe_text(unsigned limit) {
    return one_in(5) ? NULL : text(limit);
}

static struct argp_option *options(void) {
    static const int groups[] = {0, 0, 0, 0, 0, 0, 1, 2, 3, -1, -2, -5};
    unsigned count = below(9);
    struct argp_option *made = calloc(count + 1, sizeof(*made));
    for (unsigned i = 0; i < count; i++) {
        struct argp_option *option = &made[i];
        option->doc = maybe_text(one_in(4) ? 40 : 8);
        if (one_in(3)) option->group = groups[below(COUNT(groups))];
        if (one_in(9)) {
            if (!option->doc) option->doc = "Header:";
            continue;
        }
        if (!one_in(6)) option->name = word();
        if (!one_in(4))
            option->key = "abcdefgpqtvxzABPTVX?0123789+_"[below(29)];
        else
            option->key = one_in(3) ? 0 : 256 + (int)below(20);
        if (one_in(3)) option->arg = one_in(6) ? "" : word();
        if (one_in(4)) option->flags |= OPTION_ARG_OPTIONAL;
        if (one_in(8)) option->flags |= OPTION_HIDDEN;
        if (one_in(9)) option->flags |= OPTION_DOC;
        if (one_in(9)) option->flags |= OPTION_NO_USAGE;
        if (i > 0 && one_in(4)) option->flags |= OPTION_ALIAS;
        if (!option->name && !option->key && !option->doc) option->doc = "Nothing";
    }
    return made;
}

/* The behaviour of the parsers, one for all of a case. */
static unsigned refused_keys, argument_limit, takes_rest, fails_at, goes_back, calls, backs;
static int parser_input;

static error_t parse_as(const char *name, int key, char *arg, struct argp_state *argp) {
    if (key == ARGP_KEY_INIT && argp->child_inputs && one_in(2)) argp->child_inputs[0] = &parser_input;
    printf("%s: %x %s arg_num %u next %d quoted %d input %d\n", name, (unsigned)key, arg ? arg : "(null)",
           key == ARGP_KEY_ARG ? argp->arg_num : 0, argp->next, argp->quoted, argp->input == &parser_input);
    /* During ARGP_KEY_INIT glibc's messages have no name. */
    if (++calls >= fails_at && fails_at && key != ARGP_KEY_INIT) {
        fails_at = 0;
        switch (below(6)) {
        case 0: argp_error(argp, "a wrong %s", "value"); break;
        case 1: argp_failure(argp, 3, ENOENT, "cannot open %s", "file"); break;
        case 2: argp_failure(argp, 0, 0, "only a line"); break;
        case 3: argp_usage(argp); break;
        case 4: argp_state_help(argp, stdout, below(0x400)); break;
        default: return 5;
        }
        return one_in(2) ? 0 : 5;
    }
    if (goes_back && key == ARGP_KEY_ARG && backs < 2 && argp->next > 2) {
        backs++;
        argp->next--;
        return 0;
    }
    if (key == ARGP_KEY_ARG && argp->arg_num >= argument_limit) return ARGP_ERR_UNKNOWN;
    if (key == ARGP_KEY_ARGS) return takes_rest ? 0 : ARGP_ERR_UNKNOWN;
    if (key == ARGP_KEY_ARG || key >= 0x1000000) return 0;
    return refused_keys && key % 7 == 3 ? ARGP_ERR_UNKNOWN : 0;
}

static error_t parse_first(int key, char *arg, struct argp_state *argp) {
    return parse_as("first", key, arg, argp);
}

static error_t parse_second(int key, char *arg, struct argp_state *argp) {
    return parse_as("second", key, arg, argp);
}

static char *filter(int key, const char *before, void *input) {
    if (key == ARGP_KEY_HELP_EXTRA) return one_in(2) ? strdup("Extra text.") : NULL;
    /* glibc reads a text with several forms of arguments after it is freed. */
    if (key == ARGP_KEY_HELP_ARGS_DOC && before && strchr(before, '\n')) return (char *)before;
    if (key >= ARGP_KEY_HELP_PRE_DOC && one_in(3)) return NULL;
    if (!before || one_in(3)) return (char *)before;
    char *made = malloc(strlen(before) + 60);
    sprintf(made, "[%x %d] %s", (unsigned)key, input == &parser_input, before);
    return made;
}

static struct argp *make_argp(unsigned depth) {
    struct argp *argp = calloc(1, sizeof(*argp));
    if (!one_in(8)) argp->options = options();
    if (!one_in(6)) argp->parser = one_in(2) ? parse_first : parse_second;
    if (one_in(2)) argp->args_doc = text(one_in(3) ? 12 : 3);
    char *doc = one_in(4) ? NULL : text(30);
    if (doc && one_in(2)) {
        strcat(doc, "\v");
        doc = realloc(doc, 8000);
        if (one_in(6))
            *doc = '\v';
        else
            strcat(doc, text(20));
    }
    argp->doc = doc;
    if (one_in(5)) argp->help_filter = filter;
    if (depth > 0 && one_in(2)) {
        unsigned count = 1 + below(3);
        struct argp_child *children = calloc(count + 1, sizeof(*children));
        for (unsigned i = 0; i < count; i++) {
            children[i].argp = i > 0 && one_in(6) ? children[0].argp : make_argp(depth - 1);
            if (one_in(2)) children[i].header = one_in(5) ? "" : text(6);
            if (one_in(3)) children[i].group = (int)below(7) - 3;
        }
        argp->children = children;
    }
    return argp;
}

/* One of the words of the command line, most often an option that exists. */
static char *argument(const struct argp *argp) {
    static const char *const others[] = {"--help", "--usage", "--version", "-V", "-?",   "--", "-",      "--hel",
                                         "--pr",   "--foo",   "--foo=1",   "-y", "file", "12", "--usag", "--help=1"};
    char *made = calloc(1, 400);
    if (one_in(4)) return strcpy(made, others[below(COUNT(others))]);
    if (one_in(3)) return strcpy(made, word());
    while (argp->children && one_in(2)) argp = argp->children[0].argp;
    unsigned count = 0;
    while (argp->options && (argp->options[count].name || argp->options[count].key || argp->options[count].doc))
        count++;
    if (count == 0) return strcpy(made, "plain");
    const struct argp_option *option = &argp->options[below(count)];
    if (option->key > 32 && option->key < 127 && one_in(2))
        sprintf(made, "-%c%s", option->key, one_in(3) ? word() : "");
    else if (option->name) {
        sprintf(made, "%s%s", one_in(8) ? "-" : "--", option->name);
        if (one_in(4)) made[2 + below((unsigned)strlen(made) - 1)] = '\0';
        if (one_in(3)) strcat(strcat(made, "="), word());
    } else
        strcpy(made, "other");
    return made;
}

static const char all_columns[] =
    "rmargin=79,short-opt-col=2,long-opt-col=6,doc-opt-col=2,opt-doc-col=29,header-col=1,"
    "usage-indent=12,dup-args=0,dup-args-note=1";

static void set_format(void) {
    static const char *const formats[] = {
        "dup-args",
        "no-dup-args-note",
        "rmargin=50",
        "rmargin=120,opt-doc-col=40",
        "opt-doc-col=10",
        "short-opt-col=0",
        "long-opt-col=2",
        "header-col=4",
        "usage-indent=3",
        "doc-opt-col=5",
        "rmargin=40",
        "rmargin",
        "no-rmargin",
        "foo=1",
        "opt-doc-col=x",
        "dup-args=1 , header-col = 0",
        "-",

        "usage-indent=0",
    };
    /* All columns, since those of the case before would stay. */
    char format[300];
    snprintf(format, sizeof(format), "%s,%s", all_columns, formats[below(COUNT(formats))]);
    setenv("ARGP_HELP_FMT", format, 1);
}

static void parse_case(uint64_t seed, unsigned flags_of_all) {
    state = 88172645463325252ULL + seed * 0x9E3779B97F4A7C15ULL;
    for (int i = 0; i < 8; i++) below(2);
    calls = backs = 0;
    struct argp *argp = make_argp(2);
    unsigned count = 1 + below(6);
    char **arguments = calloc(count + 2, sizeof(*arguments));
    arguments[0] = one_in(3)   ? "some/where/a-tool"
                   : one_in(9) ? "a-tool-with-a-name-that-fills-half-of-the-line"
                               : "tool";
    for (unsigned i = 1; i < count; i++) arguments[i] = argument(argp);
    if (one_in(3)) arguments[count++] = one_in(2) ? "--help" : "--usage";
    setenv("ARGP_HELP_FMT", all_columns, 1);
    unsetenv("POSIXLY_CORRECT");
    if (one_in(4)) set_format();
    if (one_in(12)) setenv("POSIXLY_CORRECT", "1", 1);
    argp_program_version = one_in(3) ? NULL : "tool 1.0";
    argp_program_bug_address = one_in(2) ? NULL : "BPF <bpf@example.org>";
    argp_err_exit_status = one_in(9) ? 9 : 64;
    refused_keys = one_in(5);
    argument_limit = below(4);
    takes_rest = one_in(4);
    fails_at = one_in(3) ? 1 + below(20) : 0;
    goes_back = one_in(8);
    unsigned flags = flags_of_all;
    for (unsigned bit = 1; bit <= ARGP_LONG_ONLY; bit *= 2)
        if (one_in(8)) flags |= bit;
    int index = -1;
    printf("case %d\n", (int)seed);
    error_t error = argp_parse(argp, (int)count, arguments, flags, one_in(3) ? &index : NULL, &parser_input);
    printf("returned %d, index %d\n", error == EINVAL ? 22 : error, index);
    for (unsigned i = 0; i < count; i++) printf("%s ", arguments[i]);
    if (one_in(6)) argp_help(argp, stdout, below(0x100), "other");
}

int main(int argc, char **argv) {
    if (argc < 2) return 1;
    unsigned long first = strtoul(argv[1], NULL, 0);
    unsigned long end = argc > 2 ? strtoul(argv[2], NULL, 0) : first + 1;
    setvbuf(stdout, NULL, _IONBF, 0);
    for (unsigned long seed = first; seed < end; seed++) parse_case(seed, argc > 2 ? ARGP_NO_EXIT : 0);
    return 0;
}
