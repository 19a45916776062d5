// SPDX-License-Identifier: MIT
/* argp_parse(): finds options and arguments, and gives each to the parser that it belongs to. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "argp_internal.h"
#include "getopt_scan.h"

/* An argp of the tree that has options or a parser. */
struct group {
    const struct argp *argp;
    size_t shorts_end;       /* the end of its short options; they begin at the end of those of the group before */
    unsigned args_processed; /* the number of arguments that its parser took */
    const struct group *parent;
    unsigned child_index;    /* its place among the parent's children */
    void *input;
    void **child_inputs;
    void *hook;
};

struct long_key {
    const struct group *group;
    int key;
};

struct parser {
    struct argp_state state;
    struct group *groups;
    size_t group_count;
    char *shorts; /* in the form that getopt() takes */
    size_t shorts_length;
    struct option *longs;
    struct long_key *long_keys;
    size_t long_count;
    void **child_inputs;
    size_t child_count;
    struct getopt_scan scan;
    bool scanning; /* options may follow */
};

struct sizes {
    size_t groups, shorts, longs, children;
};

/* Values of long options begin behind those of characters. */
#define FIRST_LONG_VALUE (UCHAR_MAX + 1)

static void add_sizes(const struct argp *argp, struct sizes *sizes) {
    sizes->groups++;
    for (const struct argp_option *option = argp->options; option && !argp_is_end(option); option++) {
        sizes->shorts += 3;
        sizes->longs++;
    }
    for (const struct argp_child *child = argp->children; child && child->argp; child++) {
        sizes->children++;
        add_sizes(child->argp, sizes);
    }
}

static void add_short(struct parser *parser, const struct argp_option *option, const struct argp_option *real) {
    if (!argp_is_short(option)) return;
    char *end = parser->shorts + parser->shorts_length;
    *end++ = (char)option->key;
    if (real->arg) *end++ = ':';
    if (real->arg && real->flags & OPTION_ARG_OPTIONAL) *end++ = ':';
    *end = '\0';
    parser->shorts_length = (size_t)(end - parser->shorts);
}

/* Options of one group and key have one value, so that getopt() sees aliases as one option. */
static int find_value(const struct parser *parser, const struct group *group, int key) {
    size_t index = 0;
    while (index < parser->long_count &&
           !(parser->long_keys[index].group == group && parser->long_keys[index].key == key))
        index++;
    return FIRST_LONG_VALUE + (int)index;
}

static void add_long(struct parser *parser, const struct argp_option *option, const struct argp_option *real,
                     const struct group *group) {
    if (!option->name) return;
    for (size_t i = 0; i < parser->long_count; i++)
        if (strcmp(parser->longs[i].name, option->name) == 0) return;
    int has_arg = no_argument;
    if (real->arg) has_arg = real->flags & OPTION_ARG_OPTIONAL ? optional_argument : required_argument;
    int key = option->key ? option->key : real->key;
    int value = find_value(parser, group, key);
    parser->longs[parser->long_count] = (struct option){option->name, has_arg, NULL, value};
    parser->long_keys[parser->long_count] = (struct long_key){group, key};
    parser->long_count++;
}

static void add_options(struct parser *parser, const struct group *group) {
    const struct argp_option *real = group->argp->options;
    for (const struct argp_option *option = real; option && !argp_is_end(option); option++) {
        if (!(option->flags & OPTION_ALIAS)) real = option;
        if (real->flags & OPTION_DOC) continue;
        add_short(parser, option, real);
        add_long(parser, option, real, group);
    }
}

static void add_argp(struct parser *parser, const struct argp *argp, const struct group *parent, unsigned child_index) {
    struct group *group = NULL;
    if (argp->options || argp->parser) {
        group = &parser->groups[parser->group_count++];
        *group = (struct group){.argp = argp, .parent = parent, .child_index = child_index};
        add_options(parser, group);
        group->shorts_end = parser->shorts_length;
        if (argp->children) group->child_inputs = parser->child_inputs + parser->child_count;
    }
    unsigned count = 0;
    while (argp->children && argp->children[count].argp) count++;
    parser->child_count += count;
    for (unsigned i = 0; i < count; i++) add_argp(parser, argp->children[i].argp, group, i);
}

static error_t call(struct parser *parser, struct group *group, int key, char *argument) {
    if (!group->argp->parser) return ARGP_ERR_UNKNOWN;
    parser->state.hook = group->hook;
    parser->state.input = group->input;
    parser->state.child_inputs = group->child_inputs;
    parser->state.arg_num = group->args_processed;
    error_t error = group->argp->parser(key, argument, &parser->state);
    group->hook = parser->state.hook;
    return error;
}

static error_t known(error_t error) {
    return error == ARGP_ERR_UNKNOWN ? 0 : error;
}

static bool allocate(struct parser *parser, const struct argp *argp) {
    struct sizes sizes = {0};
    add_sizes(argp, &sizes);
    parser->groups = calloc(sizes.groups, sizeof(*parser->groups));
    parser->shorts = calloc(sizes.shorts + 2, 1);
    parser->longs = calloc(sizes.longs + 1, sizeof(*parser->longs));
    parser->long_keys = calloc(sizes.longs + 1, sizeof(*parser->long_keys));
    parser->child_inputs = calloc(sizes.children + 1, sizeof(*parser->child_inputs));
    return parser->groups && parser->shorts && parser->longs && parser->long_keys && parser->child_inputs;
}

static void free_parser(struct parser *parser) {
    free(parser->groups);
    free(parser->shorts);
    free(parser->longs);
    free(parser->long_keys);
    free(parser->child_inputs);
}

static void set_state(struct parser *parser, const struct argp *argp, int argc, char **argv, unsigned flags) {
    struct argp_state *state = &parser->state;
    *state = (struct argp_state){.root_argp = argp, .argc = argc, .argv = argv, .flags = flags, .pstate = parser};
    state->err_stream = stderr;
    state->out_stream = stdout;
    /* The scan always passes over the first argument. */
    if (flags & ARGP_NO_ERRS && flags & ARGP_PARSE_ARGV0) {
        state->argv--;
        state->argc++;
    }
    state->name = program_invocation_short_name;
    if (state->argv == argv && argv[0]) {
        char *slash = strrchr(argv[0], '/');
        state->name = slash ? slash + 1 : argv[0];
    }
}

/* Tells each parser to begin, parents first, since they set their children's input. */
static error_t begin(struct parser *parser, void *input) {
    if (parser->group_count) parser->groups[0].input = input;
    for (size_t i = 0; i < parser->group_count; i++) {
        struct group *group = &parser->groups[i];
        const struct argp_child *children = group->argp->children;
        if (group->parent) group->input = group->parent->child_inputs[group->child_index];
        if (!group->argp->parser && children && children->argp) group->child_inputs[0] = group->input;
        error_t error = known(call(parser, group, ARGP_KEY_INIT, NULL));
        if (error) return error;
    }
    return 0;
}

/* Offers an argument, and then all that follow, to one parser after the other. */
static error_t parse_argument(struct parser *parser, char *argument) {
    struct argp_state *state = &parser->state;
    int index = --state->next;
    for (size_t i = 0; i < parser->group_count; i++) {
        struct group *group = &parser->groups[i];
        bool takes_all = false;
        state->next++;
        error_t error = call(parser, group, ARGP_KEY_ARG, argument);
        if (error == ARGP_ERR_UNKNOWN) {
            state->next--;
            takes_all = true;
            error = call(parser, group, ARGP_KEY_ARGS, NULL);
        }
        if (error == ARGP_ERR_UNKNOWN) continue;
        if (error) return error;
        if (takes_all) state->next = state->argc;
        /* A parser that went back wants those arguments to be parsed anew. */
        if (state->next > index)
            group->args_processed += (unsigned)(state->next - index);
        else
            parser->scanning = true;
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static error_t parse_option(struct parser *parser, int option, char *argument) {
    static const char message[] = "(PROGRAM ERROR) Option should have been recognized!?";
    error_t error = ARGP_ERR_UNKNOWN;
    if (option >= FIRST_LONG_VALUE) {
        const struct long_key *found = &parser->long_keys[option - FIRST_LONG_VALUE];
        error = call(parser, (struct group *)found->group, found->key, argument);
        if (error == ARGP_ERR_UNKNOWN)
            argp_error(&parser->state, "--%s: %s", parser->longs[option - FIRST_LONG_VALUE].name, message);
        return error;
    }
    const char *found = strchr(parser->shorts, option);
    for (size_t i = 0; found && i < parser->group_count; i++) {
        if (parser->shorts + parser->groups[i].shorts_end <= found) continue;
        error = call(parser, &parser->groups[i], option, argument);
        break;
    }
    if (error == ARGP_ERR_UNKNOWN) argp_error(&parser->state, "-%c: %s", option, message);
    return error;
}

/* Finds the next option with getopt()'s rules. */
static int scan(struct parser *parser) {
    struct argp_state *state = &parser->state;
    bool quiet = state->flags & ARGP_NO_ERRS;
    struct getopt_options options = {parser->shorts, parser->longs, state->flags & ARGP_LONG_ONLY, quiet};
    parser->scan.next = state->next;
    int option = __getopt_scan(&parser->scan, state->argc, state->argv, &options);
    state->next = parser->scan.next;
    if (option == SCAN_END) {
        parser->scanning = false;
        if (state->next > 1 && strcmp(state->argv[state->next - 1], "--") == 0) state->quoted = state->next;
    }
    return option;
}

/* Parses one option or argument. Returns ARGP_ERR_UNKNOWN at the end, too, and then sets *ended. */
static error_t parse_next(struct parser *parser, bool *ended) {
    struct argp_state *state = &parser->state;
    char *argument = NULL;
    int option = SCAN_END;
    *ended = false;
    if (state->quoted && state->next < state->quoted) state->quoted = 0;
    if (parser->scanning && !state->quoted) {
        option = scan(parser);
        if (parser->scan.failed) return ARGP_ERR_UNKNOWN;
        argument = parser->scan.argument;
    }
    if (option != SCAN_END && option != SCAN_ARGUMENT) return parse_option(parser, option, argument);
    if (option == SCAN_END) {
        *ended = true;
        if (state->next >= state->argc || state->flags & ARGP_NO_ARGS) return ARGP_ERR_UNKNOWN;
        argument = state->argv[state->next++];
    }
    error_t error = parse_argument(parser, argument);
    *ended = error == ARGP_ERR_UNKNOWN;
    return error;
}

/* Tells each parser that no arguments are left. */
static error_t end_arguments(struct parser *parser) {
    error_t error = 0;
    for (size_t i = 0; i < parser->group_count && !error; i++)
        if (parser->groups[i].args_processed == 0)
            error = known(call(parser, &parser->groups[i], ARGP_KEY_NO_ARGS, NULL));
    for (size_t i = parser->group_count; i > 0 && !error; i--)
        error = known(call(parser, &parser->groups[i - 1], ARGP_KEY_END, NULL));
    return error;
}

/* Ends the parsing when ERROR came, or the end of the command line. */
static error_t finish(struct parser *parser, error_t error, bool ended, int *arg_index) {
    struct argp_state *state = &parser->state;
    if (error == ARGP_ERR_UNKNOWN && ended) {
        error = 0;
        if (state->next == state->argc) {
            error = end_arguments(parser);
        } else if (!arg_index) {
            if (!(state->flags & ARGP_NO_ERRS) && state->err_stream)
                fprintf(state->err_stream, "%s: Too many arguments\n", state->name);
            error = ARGP_ERR_UNKNOWN;
        }
        if (error != ARGP_ERR_UNKNOWN && arg_index) *arg_index = state->next;
    }
    if (error) {
        if (error == ARGP_ERR_UNKNOWN) argp_state_help(state, state->err_stream, ARGP_HELP_STD_ERR);
        for (size_t i = 0; i < parser->group_count; i++) call(parser, &parser->groups[i], ARGP_KEY_ERROR, NULL);
    } else {
        for (size_t i = parser->group_count; i > 0 && !error; i--)
            error = known(call(parser, &parser->groups[i - 1], ARGP_KEY_SUCCESS, NULL));
    }
    for (size_t i = parser->group_count; i > 0; i--) call(parser, &parser->groups[i - 1], ARGP_KEY_FINI, NULL);
    return error == ARGP_ERR_UNKNOWN ? EINVAL : error;
}

void *__argp_input_of(const struct argp *argp, const struct argp_state *state) {
    const struct parser *parser = state ? state->pstate : NULL;
    for (size_t i = 0; parser && i < parser->group_count; i++)
        if (parser->groups[i].argp == argp) return parser->groups[i].input;
    return NULL;
}

error_t argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *arg_index, void *input) {
    struct argp_child children[4] = {0};
    struct argp top = {.children = children};
    if (!argp || !(flags & ARGP_NO_HELP)) {
        if (!(flags & ARGP_NO_HELP)) __argp_add_own_options(children, argp);
        argp = &top;
    }
    struct parser parser = {.scanning = true};
    if (!allocate(&parser, argp)) {
        free_parser(&parser);
        return ENOMEM;
    }
    if (flags & ARGP_IN_ORDER)
        parser.shorts[parser.shorts_length++] = '-';
    else if (flags & ARGP_NO_ARGS)
        parser.shorts[parser.shorts_length++] = '+';
    add_argp(&parser, argp, NULL, 0);
    set_state(&parser, argp, argc, argv, flags);

    error_t error = begin(&parser, input);
    bool ended = false;
    if (!error) {
        while (!error) error = parse_next(&parser, &ended);
        error = finish(&parser, error, ended, arg_index);
    }
    free_parser(&parser);
    return error;
}
