// SPDX-License-Identifier: MIT
/* The options of an argp and its children in the form that getopt() takes, and the parser of each. */
#include <stdlib.h>
#include <string.h>

#include "argp_parser.h"

struct sizes {
    size_t groups, shorts, longs, children;
};

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

static void add_short(struct argp_parser *parser, const struct argp_option *option, const struct argp_option *real) {
    if (!argp_is_short(option)) return;
    char *end = parser->shorts + parser->shorts_length;
    *end++ = (char)option->key;
    if (real->arg) *end++ = ':';
    if (real->arg && real->flags & OPTION_ARG_OPTIONAL) *end++ = ':';
    *end = '\0';
    parser->shorts_length = (size_t)(end - parser->shorts);
}

/* Options of one group and key have one value, so that getopt() sees aliases as one option. */
static int find_value(const struct argp_parser *parser, const struct argp_group *group, int key) {
    size_t index = 0;
    while (index < parser->long_count &&
           !(parser->long_keys[index].group == group && parser->long_keys[index].key == key))
        index++;
    return ARGP_FIRST_LONG_VALUE + (int)index;
}

static void add_long(struct argp_parser *parser, const struct argp_option *option, const struct argp_option *real,
                     const struct argp_group *group) {
    if (!option->name) return;
    for (size_t i = 0; i < parser->long_count; i++)
        if (strcmp(parser->longs[i].name, option->name) == 0) return;
    int has_arg = no_argument;
    if (real->arg) has_arg = real->flags & OPTION_ARG_OPTIONAL ? optional_argument : required_argument;
    int key = option->key ? option->key : real->key;
    int value = find_value(parser, group, key);
    parser->longs[parser->long_count] = (struct option){option->name, has_arg, NULL, value};
    parser->long_keys[parser->long_count] = (struct argp_long_key){group, key};
    parser->long_count++;
}

static void add_options(struct argp_parser *parser, const struct argp_group *group) {
    const struct argp_option *real = group->argp->options;
    for (const struct argp_option *option = real; option && !argp_is_end(option); option++) {
        if (!(option->flags & OPTION_ALIAS)) real = option;
        if (real->flags & OPTION_DOC) continue;
        add_short(parser, option, real);
        add_long(parser, option, real, group);
    }
}

static void add_argp(struct argp_parser *parser, const struct argp *argp, const struct argp_group *parent,
                     unsigned child_index) {
    struct argp_group *group = NULL;
    if (argp->options || argp->parser) {
        group = &parser->groups[parser->group_count++];
        *group = (struct argp_group){.argp = argp, .parent = parent, .child_index = child_index};
        add_options(parser, group);
        group->shorts_end = parser->shorts_length;
        if (argp->children) group->child_inputs = parser->child_inputs + parser->child_count;
    }
    unsigned count = 0;
    while (argp->children && argp->children[count].argp) count++;
    parser->child_count += count;
    for (unsigned i = 0; i < count; i++) add_argp(parser, argp->children[i].argp, group, i);
}

static bool allocate(struct argp_parser *parser, const struct argp *argp) {
    struct sizes sizes = {0};
    add_sizes(argp, &sizes);
    parser->groups = calloc(sizes.groups, sizeof(*parser->groups));
    parser->shorts = calloc(sizes.shorts + 2, 1);
    parser->longs = calloc(sizes.longs + 1, sizeof(*parser->longs));
    parser->long_keys = calloc(sizes.longs + 1, sizeof(*parser->long_keys));
    parser->child_inputs = calloc(sizes.children + 1, sizeof(*parser->child_inputs));
    return parser->groups && parser->shorts && parser->longs && parser->long_keys && parser->child_inputs;
}

void __argp_parser_free(struct argp_parser *parser) {
    free(parser->groups);
    free(parser->shorts);
    free(parser->longs);
    free(parser->long_keys);
    free(parser->child_inputs);
}

bool __argp_parser_make(struct argp_parser *parser, const struct argp *argp, unsigned flags) {
    if (!allocate(parser, argp)) return false;
    if (flags & ARGP_IN_ORDER)
        parser->shorts[parser->shorts_length++] = '-';
    else if (flags & ARGP_NO_ARGS)
        parser->shorts[parser->shorts_length++] = '+';
    add_argp(parser, argp, NULL, 0);
    return true;
}
