// SPDX-License-Identifier: MIT
/* argp_parse(): finds options and arguments, and gives each to the parser that it belongs to. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "argp_parser.h"

static error_t call(struct argp_parser *parser, struct argp_group *group, int key, char *argument) {
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

static void set_state(struct argp_parser *parser, const struct argp *argp, int argc, char **argv, unsigned flags) {
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
static error_t begin(struct argp_parser *parser, void *input) {
    if (parser->group_count) parser->groups[0].input = input;
    for (size_t i = 0; i < parser->group_count; i++) {
        struct argp_group *group = &parser->groups[i];
        const struct argp_child *children = group->argp->children;
        if (group->parent) group->input = group->parent->child_inputs[group->child_index];
        if (!group->argp->parser && children && children->argp) group->child_inputs[0] = group->input;
        error_t error = known(call(parser, group, ARGP_KEY_INIT, NULL));
        if (error) return error;
    }
    return 0;
}

/* Offers an argument, and then all that follow, to one parser after the other. */
static error_t parse_argument(struct argp_parser *parser, char *argument) {
    struct argp_state *state = &parser->state;
    int index = --state->next;
    for (size_t i = 0; i < parser->group_count; i++) {
        struct argp_group *group = &parser->groups[i];
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

static error_t parse_option(struct argp_parser *parser, int option, char *argument) {
    static const char message[] = "(PROGRAM ERROR) Option should have been recognized!?";
    error_t error = ARGP_ERR_UNKNOWN;
    if (option >= ARGP_FIRST_LONG_VALUE) {
        const struct argp_long_key *found = &parser->long_keys[option - ARGP_FIRST_LONG_VALUE];
        error = call(parser, (struct argp_group *)found->group, found->key, argument);
        if (error == ARGP_ERR_UNKNOWN)
            argp_error(&parser->state, "--%s: %s", parser->longs[option - ARGP_FIRST_LONG_VALUE].name, message);
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
static int scan(struct argp_parser *parser) {
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
static error_t parse_next(struct argp_parser *parser, bool *ended) {
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
static error_t end_arguments(struct argp_parser *parser) {
    error_t error = 0;
    for (size_t i = 0; i < parser->group_count && !error; i++)
        if (parser->groups[i].args_processed == 0)
            error = known(call(parser, &parser->groups[i], ARGP_KEY_NO_ARGS, NULL));
    for (size_t i = parser->group_count; i > 0 && !error; i--)
        error = known(call(parser, &parser->groups[i - 1], ARGP_KEY_END, NULL));
    return error;
}

/* Ends the parsing when ERROR came, or the end of the command line. */
static error_t finish(struct argp_parser *parser, error_t error, bool ended, int *arg_index) {
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
    const struct argp_parser *parser = state ? state->pstate : NULL;
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
    struct argp_parser parser = {.scanning = true};
    if (!__argp_parser_make(&parser, argp, flags)) {
        __argp_parser_free(&parser);
        return ENOMEM;
    }
    set_state(&parser, argp, argc, argv, flags);

    error_t error = begin(&parser, input);
    bool ended = false;
    if (!error) {
        while (!error) error = parse_next(&parser, &ended);
        error = finish(&parser, error, ended, arg_index);
    }
    __argp_parser_free(&parser);
    return error;
}
