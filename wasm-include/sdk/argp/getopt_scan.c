// SPDX-License-Identifier: MIT
/* Finds the next option of a command line, as glibc's getopt_long() does, with its messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "getopt_scan.h"

/* One argument that begins with dashes, as a long option. */
struct long_request {
    int argc;
    char **argv;
    const struct getopt_options *options;
    const char *dashes; /* "--" or "-" */
    const char *text;   /* the text after them */
    size_t name_length; /* up to '=' */
};

static void begin(struct getopt_scan *scan, const struct getopt_options *options) {
    if (scan->next == 0) scan->next = 1;
    scan->skipped_from = scan->skipped_to = scan->next;
    scan->rest = NULL;
    if (options->shorts[0] == '-')
        scan->order = GETOPT_IN_ORDER;
    else if (options->shorts[0] == '+' || getenv("POSIXLY_CORRECT"))
        scan->order = GETOPT_STOP_AT_ARGUMENT;
    else
        scan->order = GETOPT_PERMUTE;
    scan->begun = true;
}

static bool is_argument(const char *text) {
    return text[0] != '-' || text[1] == '\0';
}

static void reverse(char **first, char **end) {
    while (first < end - 1) {
        char *moved = *first;
        *first++ = *--end;
        *end = moved;
    }
}

/* Moves the arguments that were passed over behind the options that were parsed since. */
static void move_skipped(struct getopt_scan *scan, char **argv) {
    int parsed = scan->next - scan->skipped_to;
    if (parsed == 0 || scan->skipped_from == scan->skipped_to) return;
    reverse(argv + scan->skipped_from, argv + scan->skipped_to);
    reverse(argv + scan->skipped_to, argv + scan->next);
    reverse(argv + scan->skipped_from, argv + scan->next);
    scan->skipped_from += parsed;
    scan->skipped_to = scan->next;
}

static void pass_over_arguments(struct getopt_scan *scan, int argc, char **argv) {
    if (scan->skipped_from == scan->skipped_to)
        scan->skipped_from = scan->next;
    else
        move_skipped(scan, argv);
    while (scan->next < argc && is_argument(argv[scan->next])) scan->next++;
    scan->skipped_to = scan->next;
}

/* "--" ends the options: everything after it counts as passed over. */
static void end_options(struct getopt_scan *scan, int argc, char **argv) {
    scan->next++;
    if (scan->skipped_from == scan->skipped_to)
        scan->skipped_from = scan->next;
    else
        move_skipped(scan, argv);
    scan->skipped_to = scan->next = argc;
}

static int fail(struct getopt_scan *scan, int unknown, int result) {
    scan->failed = true;
    scan->unknown = unknown;
    return result;
}

static int missing_argument(const struct getopt_options *options) {
    return options->shorts[0] == ':' ? ':' : '?';
}

static bool is_quiet(const struct getopt_options *options) {
    return options->quiet || missing_argument(options) == ':';
}

static bool begins_with_name(const struct option *option, const struct long_request *request) {
    return strncmp(option->name, request->text, request->name_length) == 0;
}

/* Two names of one option are no ambiguity. */
static bool differ(const struct option *one, const struct option *other, bool long_only) {
    return long_only || one->has_arg != other->has_arg || one->flag != other->flag || one->val != other->val;
}

static void print_ambiguity(const struct long_request *request, const struct option *first) {
    const struct getopt_options *options = request->options;
    fprintf(stderr, "%s: option '%s%s' is ambiguous; possibilities:", request->argv[0], request->dashes, request->text);
    for (const struct option *other = options->longs; other->name; other++) {
        if (!begins_with_name(other, request)) continue;
        if (other != first && !differ(first, other, options->long_only)) continue;
        fprintf(stderr, " '%s%s'", request->dashes, other->name);
    }
    fputc('\n', stderr);
}

/* Returns the option with the name, or the only one that begins so; NULL if there is none, or more than one. */
static const struct option *find_long(const struct long_request *request, bool *ambiguous) {
    const struct option *longs = request->options->longs;
    for (const struct option *option = longs; option->name; option++)
        if (begins_with_name(option, request) && strlen(option->name) == request->name_length) return option;

    const struct option *found = NULL;
    for (const struct option *option = longs; option->name; option++) {
        if (!begins_with_name(option, request)) continue;
        if (!found)
            found = option;
        else if (differ(found, option, request->options->long_only))
            *ambiguous = true;
    }
    if (*ambiguous && !is_quiet(request->options)) print_ambiguity(request, found);
    return *ambiguous ? NULL : found;
}

static int take_long(struct getopt_scan *scan, const struct option *found, const struct long_request *request) {
    const char *shown = is_quiet(request->options) ? NULL : request->argv[0];
    scan->long_index = (int)(found - request->options->longs);
    if (request->text[request->name_length] == '=') {
        if (found->has_arg == no_argument) {
            if (shown)
                fprintf(stderr, "%s: option '%s%s' doesn't allow an argument\n", shown, request->dashes, found->name);
            return fail(scan, found->val, '?');
        }
        scan->argument = (char *)request->text + request->name_length + 1;
    } else if (found->has_arg == required_argument) {
        if (scan->next >= request->argc) {
            if (shown) fprintf(stderr, "%s: option '%s%s' requires an argument\n", shown, request->dashes, found->name);
            return fail(scan, found->val, missing_argument(request->options));
        }
        scan->argument = request->argv[scan->next++];
    }
    if (!found->flag) return found->val;
    *found->flag = found->val;
    return 0;
}

/* Returns false if the argument can only be short options. */
static bool scan_long(struct getopt_scan *scan, struct long_request *request, int *result) {
    const struct getopt_options *options = request->options;
    bool ambiguous = false;
    request->name_length = strcspn(request->text, "=");
    const struct option *found = find_long(request, &ambiguous);
    bool can_be_short = request->dashes[1] == '\0' && strchr(options->shorts, request->text[0]);
    if (!found && !ambiguous && can_be_short) return false;

    scan->next++;
    scan->rest = NULL;
    if (found) {
        *result = take_long(scan, found, request);
        return true;
    }
    if (!ambiguous && !is_quiet(options))
        fprintf(stderr, "%s: unrecognized option '%s%s'\n", request->argv[0], request->dashes, request->text);
    *result = fail(scan, 0, '?');
    return true;
}

static int scan_short(struct getopt_scan *scan, int argc, char **argv, const struct getopt_options *options) {
    char letter = *scan->rest++;
    const char *found = strchr(options->shorts, letter);
    bool last = *scan->rest == '\0';
    if (last) scan->next++;
    if (!found || letter == ':' || letter == ';') {
        if (!is_quiet(options)) fprintf(stderr, "%s: invalid option -- '%c'\n", argv[0], letter);
        return fail(scan, (unsigned char)letter, '?');
    }
    if (found[1] != ':') return (unsigned char)letter;

    bool optional = found[2] == ':';
    if (!last) {
        scan->argument = (char *)scan->rest;
        scan->next++;
    } else if (!optional && scan->next < argc) {
        scan->argument = argv[scan->next++];
    } else if (!optional) {
        scan->rest = NULL;
        if (!is_quiet(options)) fprintf(stderr, "%s: option requires an argument -- '%c'\n", argv[0], letter);
        return fail(scan, (unsigned char)letter, missing_argument(options));
    }
    scan->rest = NULL;
    return (unsigned char)letter;
}

/* Goes to the next argument with options. Returns false if *result is known without one. */
static bool advance(struct getopt_scan *scan, int argc, char **argv, int *result) {
    /* The caller may have gone back. */
    if (scan->skipped_to > scan->next) scan->skipped_to = scan->next;
    if (scan->skipped_from > scan->next) scan->skipped_from = scan->next;

    if (scan->order == GETOPT_PERMUTE) pass_over_arguments(scan, argc, argv);
    if (scan->next < argc && strcmp(argv[scan->next], "--") == 0) end_options(scan, argc, argv);
    if (scan->next >= argc) {
        if (scan->skipped_from != scan->skipped_to) scan->next = scan->skipped_from;
        *result = SCAN_END;
        return false;
    }
    if (!is_argument(argv[scan->next])) return true;
    *result = SCAN_END;
    if (scan->order == GETOPT_IN_ORDER) {
        scan->argument = argv[scan->next++];
        *result = SCAN_ARGUMENT;
    }
    return false;
}

int __getopt_scan(struct getopt_scan *scan, int argc, char **argv, const struct getopt_options *options) {
    int result;
    scan->argument = NULL;
    scan->failed = false;
    scan->long_index = -1;
    if (argc < 1) return SCAN_END;
    if (scan->next == 0 || !scan->begun) begin(scan, options);

    struct getopt_options plain = *options;
    if (*plain.shorts == '-' || *plain.shorts == '+') plain.shorts++;
    if (!scan->rest || *scan->rest == '\0') {
        if (!advance(scan, argc, argv, &result)) return result;
        char *text = argv[scan->next];
        struct long_request request = {argc, argv, &plain, "--", text + 2, 0};
        if (plain.longs && text[1] == '-') {
            scan_long(scan, &request, &result);
            return result;
        }
        request.dashes = "-";
        request.text = text + 1;
        bool may_be_long = text[2] != '\0' || !strchr(plain.shorts, text[1]);
        if (plain.longs && plain.long_only && may_be_long && scan_long(scan, &request, &result)) return result;
        scan->rest = text + 1;
    }
    return scan_short(scan, argc, argv, &plain);
}
