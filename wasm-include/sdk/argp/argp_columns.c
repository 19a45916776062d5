// SPDX-License-Identifier: MIT
/* The columns of help texts, which the environment variable ARGP_HELP_FMT changes. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "argp_internal.h"

struct parameter {
    const char *name;
    bool is_switch; /* needs no value */
    size_t offset;
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct parameter parameters[] = {
    {"dup-args", true, offsetof(struct argp_columns, dup_args)},
    {"dup-args-note", true, offsetof(struct argp_columns, dup_args_note)},
    {"short-opt-col", false, offsetof(struct argp_columns, short_opt_col)},
    {"long-opt-col", false, offsetof(struct argp_columns, long_opt_col)},
    {"doc-opt-col", false, offsetof(struct argp_columns, doc_opt_col)},
    {"opt-doc-col", false, offsetof(struct argp_columns, opt_doc_col)},
    {"header-col", false, offsetof(struct argp_columns, header_col)},
    {"usage-indent", false, offsetof(struct argp_columns, usage_indent)},
    {"rmargin", false, offsetof(struct argp_columns, rmargin)},
};

/* One setting: "name", "no-name" or "name=value". */
struct setting {
    const char *name;
    int length;
    bool has_value;
    int value;
};

static const char *skip_blanks(const char *text) {
    while (isspace((unsigned char)*text)) text++;
    return text;
}

static int *member(struct argp_columns *columns, const struct parameter *parameter) {
    return (int *)((char *)columns + parameter->offset);
}

/* Returns what follows the setting at TEXT. */
static const char *read_setting(const char *text, struct setting *setting) {
    const char *rest = text;
    while (*rest && (isalnum((unsigned char)*rest) || *rest == '-' || *rest == '_')) rest++;
    *setting = (struct setting){text, (int)(rest - text), true, 0};
    rest = skip_blanks(rest);
    if (*rest == '\0' || *rest == ',') {
        bool no = strncmp(text, "no-", 3) == 0;
        setting->has_value = false;
        setting->value = !no;
        setting->name += no ? 3 : 0;
        setting->length -= no ? 3 : 0;
        return rest;
    }
    if (*rest == '=') rest = skip_blanks(rest + 1);
    if (!isdigit((unsigned char)*rest)) return rest;
    setting->value = atoi(rest);
    while (isdigit((unsigned char)*rest)) rest++;
    return skip_blanks(rest);
}

static void apply(const struct setting *setting, struct argp_columns *columns, const struct argp_state *state) {
    for (size_t i = 0; i < COUNT(parameters); i++) {
        const struct parameter *parameter = &parameters[i];
        size_t length = strlen(parameter->name);
        if (length != (size_t)setting->length || strncmp(parameter->name, setting->name, length) != 0) continue;
        if (setting->has_value || parameter->is_switch)
            *member(columns, parameter) = setting->value;
        else
            argp_failure(state, 0, 0, "%.*s: ARGP_HELP_FMT parameter requires a value", setting->length, setting->name);
        return;
    }
    argp_failure(state, 0, 0, "%.*s: Unknown ARGP_HELP_FMT parameter", setting->length, setting->name);
}

static void read_settings(const char *text, struct argp_columns *columns, const struct argp_state *state) {
    for (text = skip_blanks(text); *text; text = skip_blanks(text)) {
        struct setting setting;
        if (!isalpha((unsigned char)*text)) {
            argp_failure(state, 0, 0, "Garbage in ARGP_HELP_FMT: %s", text);
            return;
        }
        text = read_setting(text, &setting);
        apply(&setting, columns, state);
        if (*text == ',') text++;
    }
}

/* Columns beyond the right margin would leave no room for text. glibc 2.36 then prints lines without end. */
static bool are_valid(struct argp_columns *columns, const struct argp_state *state) {
    for (size_t i = 0; i < COUNT(parameters); i++) {
        const struct parameter *parameter = &parameters[i];
        int *value = member(columns, parameter);
        if (parameter->is_switch || value == &columns->rmargin || *value < columns->rmargin) continue;
        argp_failure(state, 0, 0, "ARGP_HELP_FMT: %s value is less than or equal to %s", "rmargin", parameter->name);
        return false;
    }
    return true;
}

static struct argp_columns columns = {0, 1, 2, 6, 2, 29, 1, 12, 79};

void __argp_read_columns(const struct argp_state *state) {
    struct argp_columns changed = columns;
    const char *text = getenv("ARGP_HELP_FMT");
    if (!text) return;
    read_settings(text, &changed, state);
    if (are_valid(&changed, state)) columns = changed;
}

const struct argp_columns *__argp_columns(void) {
    return &columns;
}
