// SPDX-License-Identifier: MIT
/* argp_help() and everything that prints help or a message. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "argp_internal.h"

/* Weak, since a program may define its own. */
__attribute__((weak)) error_t argp_err_exit_status = 64;

const char *__argp_short_name(const struct argp_state *state) {
    return state ? state->name : program_invocation_short_name;
}

/* The forms of the arguments, when an argp has more than one. */
struct usage_forms {
    int *shown; /* the form that each such argp shows in the current line */
    const struct argp_state *state;
    struct argp_text *text;
};

static size_t count_forms(const struct argp *argp) {
    /* A help filter may return several forms, too. */
    bool several = argp->help_filter || (argp->args_doc && strchr(argp->args_doc, '\n'));
    size_t count = several ? 1 : 0;
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        count += count_forms(child->argp);
    return count;
}

/*
 * Prints the arguments of ARGP and its children. If `advance`, the last argp with several forms goes on to its next
 * one, and the one before when all were shown, like the digits of a number. Returns true if a next line is needed.
 */
static bool print_arguments(const struct argp *argp, struct usage_forms *forms, bool advance) {
    int *shown = forms->shown;
    const char *end = NULL;
    bool several = false;
    struct argp_filtered doc = __argp_filter(argp, forms->state, ARGP_KEY_HELP_ARGS_DOC, argp->args_doc);
    if (doc.text) {
        const char *form = doc.text;
        end = form + strcspn(form, "\n");
        several = *end != '\0';
        if (several) forms->shown++;
        for (int i = 0; several && i < *shown && *end; i++) {
            form = end + 1;
            end = form + strcspn(form, "\n");
        }
        __argp_text_space(forms->text, 1 + (size_t)(end - form));
        __argp_text_write(forms->text, form, (size_t)(end - form));
    }
    bool more = end && *end != '\0';
    free(doc.made);
    for (const struct argp_child *child = argp->children; child && child->argp; child++)
        advance = !print_arguments(child->argp, forms, advance);
    if (!advance || !several) return !advance;
    *shown = more ? *shown + 1 : 0;
    return more;
}

static void print_usage_lines(const struct argp_help_request *request, const struct argp_entries *entries,
                              struct argp_text *text) {
    int indent = __argp_columns()->usage_indent;
    int *shown = calloc(count_forms(request->argp) + 1, sizeof(*shown));
    if (!shown) return;
    bool lists_options = !(request->flags & ARGP_HELP_SHORT_USAGE);
    const char *title = "Usage:";
    for (bool more = true; more; title = "  or: ") {
        struct usage_forms forms = {shown, request->state, text};
        int wrap = __argp_text_set_wrap(text, indent);
        __argp_text_printf(text, "%s %s", title, request->name);
        int left = __argp_text_set_left(text, indent);
        if (lists_options)
            __argp_print_usage(entries, text);
        else if (entries->count > 0)
            __argp_text_puts(text, " [OPTION...]");
        lists_options = false;
        more = print_arguments(request->argp, &forms, true);
        __argp_text_set_wrap(text, wrap);
        __argp_text_set_left(text, left);
        __argp_text_putc(text, '\n');
    }
    free(shown);
}

static void print_paragraph(struct argp_text *text, const char *paragraph, bool blank_before) {
    if (blank_before) __argp_text_putc(text, '\n');
    __argp_text_puts(text, paragraph);
    if (__argp_text_column(text) > text->left) __argp_text_putc(text, '\n');
}

enum doc_part { BEFORE_OPTIONS, AFTER_OPTIONS };

/*
 * Prints the part of the argp's own doc that is before \v, or the one after it. If nothing is before it, glibc prints
 * the whole doc at both places.
 */
static bool print_own_doc(const struct argp_help_request *request, struct argp_text *text, enum doc_part part,
                          bool blank_before) {
    const struct argp *argp = request->argp;
    const char *doc = argp->doc;
    const char *split = doc ? strchr(doc, '\v') : NULL;
    char *first_half = NULL;
    int key = ARGP_KEY_HELP_PRE_DOC;
    if (part == AFTER_OPTIONS) {
        doc = split ? split + 1 : NULL;
        key = ARGP_KEY_HELP_POST_DOC;
    } else if (split && split > doc) {
        doc = first_half = strndup(doc, (size_t)(split - doc));
    }
    bool printed = false;
    struct argp_filtered filtered = __argp_filter(argp, request->state, key, doc);
    if (filtered.text) {
        print_paragraph(text, filtered.text, blank_before);
        printed = true;
    }
    free(filtered.made);
    free(first_half);
    if (part == BEFORE_OPTIONS || !argp->help_filter) return printed;
    struct argp_filtered extra = __argp_filter(argp, request->state, ARGP_KEY_HELP_EXTRA, NULL);
    if (extra.text) {
        print_paragraph(text, extra.text, printed || blank_before);
        printed = true;
    }
    free(extra.made);
    return printed;
}

/* Before the options, only the first doc that is found is printed. */
static bool print_doc(const struct argp_help_request *request, struct argp_text *text, enum doc_part part,
                      bool blank_before) {
    bool printed = print_own_doc(request, text, part, blank_before);
    for (const struct argp_child *child = request->argp->children; child && child->argp; child++) {
        if (printed && part == BEFORE_OPTIONS) break;
        struct argp_help_request of_child = *request;
        of_child.argp = child->argp;
        printed |= print_doc(&of_child, text, part, printed || blank_before);
    }
    return printed;
}

static void print_parts(const struct argp_help_request *request, const struct argp_entries *entries,
                        struct argp_text *text) {
    bool anything = false;
    if (request->flags & (ARGP_HELP_USAGE | ARGP_HELP_SHORT_USAGE)) {
        print_usage_lines(request, entries, text);
        anything = true;
    }
    if (request->flags & ARGP_HELP_PRE_DOC) anything |= print_doc(request, text, BEFORE_OPTIONS, false);
    if (request->flags & ARGP_HELP_SEE) {
        __argp_text_printf(text, "Try `%s --help' or `%s --usage' for more information.\n", request->name,
                           request->name);
        anything = true;
    }
    if (request->flags & ARGP_HELP_LONG && entries->count > 0) {
        if (anything) __argp_text_putc(text, '\n');
        __argp_print_options(entries, request->state, text);
        anything = true;
    }
    if (request->flags & ARGP_HELP_POST_DOC) anything |= print_doc(request, text, AFTER_OPTIONS, anything);
    if (request->flags & ARGP_HELP_BUG_ADDR && argp_program_bug_address) {
        if (anything) __argp_text_putc(text, '\n');
        __argp_text_printf(text, "Report bugs to %s.\n", argp_program_bug_address);
    }
}

void __argp_print_help(const struct argp_help_request *request) {
    struct argp_entries entries;
    struct argp_text text;
    if (!request->stream) return;
    __argp_read_columns(request->state);
    if (!__argp_entries_make(&entries, request->argp)) return;
    __argp_text_begin(&text, request->stream, __argp_columns()->rmargin);
    print_parts(request, &entries, &text);
    __argp_text_end(&text);
    __argp_entries_free(&entries);
}

void argp_help(const struct argp *argp, FILE *stream, unsigned flags, char *name) {
    __argp_print_help(&(struct argp_help_request){argp, NULL, stream, flags, name});
}

void argp_state_help(const struct argp_state *state, FILE *stream, unsigned flags) {
    if ((state && state->flags & ARGP_NO_ERRS) || !stream) return;
    const struct argp empty = {0};
    struct argp_help_request request = {&empty, state, stream, flags, __argp_short_name(state)};
    if (state && state->root_argp) request.argp = state->root_argp;
    if (state && state->flags & ARGP_LONG_ONLY) request.flags |= ARGP_HELP_LONG_ONLY;
    __argp_print_help(&request);
    if (state && state->flags & ARGP_NO_EXIT) return;
    if (flags & ARGP_HELP_EXIT_ERR) exit(argp_err_exit_status);
    if (flags & ARGP_HELP_EXIT_OK) exit(0);
}

void argp_usage(const struct argp_state *state) {
    argp_state_help(state, stderr, ARGP_HELP_STD_USAGE);
}

void argp_error(const struct argp_state *state, const char *format, ...) {
    FILE *stream = state ? state->err_stream : stderr;
    if ((state && state->flags & ARGP_NO_ERRS) || !stream) return;
    va_list arguments;
    fprintf(stream, "%s: ", __argp_short_name(state));
    va_start(arguments, format);
    vfprintf(stream, format, arguments);
    va_end(arguments);
    putc('\n', stream);
    argp_state_help(state, stream, ARGP_HELP_STD_ERR);
}

void argp_failure(const struct argp_state *state, int status, int errnum, const char *format, ...) {
    FILE *stream = state ? state->err_stream : stderr;
    if ((state && state->flags & ARGP_NO_ERRS) || !stream) return;
    fputs(__argp_short_name(state), stream);
    if (format) {
        va_list arguments;
        fputs(": ", stream);
        va_start(arguments, format);
        vfprintf(stream, format, arguments);
        va_end(arguments);
    }
    if (errnum) fprintf(stream, ": %s", strerror(errnum));
    putc('\n', stream);
    if (status && !(state && state->flags & ARGP_NO_EXIT)) exit(status);
}
