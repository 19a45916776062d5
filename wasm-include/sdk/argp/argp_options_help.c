// SPDX-License-Identifier: MIT
/* The list of options in --help, and the one in --usage. */
#include <stdlib.h>
#include <string.h>

#include "argp_internal.h"

struct argp_filtered __argp_filter(const struct argp *argp, const struct argp_state *state, int key, const char *text) {
    struct argp_filtered result = {text, NULL};
    if (!argp || !argp->help_filter) return result;
    char *filtered = argp->help_filter(key, text, __argp_input_of(argp, state));
    result.text = filtered;
    result.made = filtered == text ? NULL : filtered;
    return result;
}

/* The list while it is printed. */
struct option_list {
    const struct argp_entries *entries;
    const struct argp_columns *columns;
    const struct argp_state *state;
    struct argp_text *text;
    const struct argp_entry *entry;
    const struct argp_entry *before; /* the entry that was printed before this one */
    bool first;                      /* nothing of the entry is printed */
    bool separates_groups;           /* a header was printed */
    bool omitted_argument;           /* an argument was printed behind one name of the option only */
};

static void print_header(struct option_list *list, const char *header, const struct argp *argp) {
    struct argp_text *text = list->text;
    struct argp_filtered filtered = __argp_filter(argp, list->state, ARGP_KEY_HELP_HEADER, header);
    if (!filtered.text) return;
    if (*filtered.text) {
        if (list->before) __argp_text_putc(text, '\n');
        __argp_text_indent(text, list->columns->header_col);
        __argp_text_set_left(text, list->columns->header_col);
        __argp_text_set_wrap(text, list->columns->header_col);
        __argp_text_puts(text, filtered.text);
        __argp_text_set_left(text, 0);
        __argp_text_putc(text, '\n');
    }
    list->separates_groups = true;
    free(filtered.made);
}

/* Prints what comes before the first name of an entry: an empty line, or the header of its cluster. */
static void print_separation(struct option_list *list) {
    const struct argp_cluster *cluster = list->entry->cluster;
    const struct argp_entry *before = list->before;
    if (list->separates_groups && before && before->group != list->entry->group) __argp_text_putc(list->text, '\n');
    if (!cluster || !cluster->header || !*cluster->header) return;
    if (before && before->cluster && __argp_cluster_is_inside(before->cluster, cluster)) return;
    int margin = __argp_text_set_wrap(list->text, 0);
    print_header(list, cluster->header, cluster->argp);
    __argp_text_set_wrap(list->text, margin);
}

static void begin_name(struct option_list *list, int column) {
    if (list->first)
        print_separation(list);
    else
        __argp_text_puts(list->text, ", ");
    list->first = false;
    __argp_text_indent(list->text, column);
}

static void print_argument(const struct option_list *list, const char *separator) {
    const struct argp_option *option = list->entry->option;
    if (!option->arg) return;
    if (option->flags & OPTION_ARG_OPTIONAL)
        __argp_text_printf(list->text, "[%s%s]", separator, option->arg);
    else
        __argp_text_printf(list->text, "%s%s", separator, option->arg);
}

static bool has_visible_name(const struct argp_option *option) {
    return option->name && argp_is_visible(option);
}

static void print_short_names(struct option_list *list) {
    const struct argp_entry *entry = list->entry;
    bool has_long = false;
    for (int i = 0; i < entry->count && !(entry->option->flags & OPTION_DOC); i++)
        has_long = has_long || has_visible_name(&entry->option[i]);
    __argp_text_set_wrap(list->text, list->columns->short_opt_col);
    for (int i = 0; i < entry->count; i++) {
        const struct argp_option *option = &entry->option[i];
        if (!argp_is_visible(option) || !__argp_owns_short(list->entries, entry, option)) continue;
        begin_name(list, list->columns->short_opt_col);
        __argp_text_putc(list->text, '-');
        __argp_text_putc(list->text, (char)option->key);
        if (has_long && !list->columns->dup_args)
            list->omitted_argument |= entry->option->arg != NULL;
        else
            print_argument(list, entry->option->flags & OPTION_ARG_OPTIONAL ? "" : " ");
    }
}

static void print_long_names(struct option_list *list) {
    const struct argp_entry *entry = list->entry;
    bool is_documentation = entry->option->flags & OPTION_DOC;
    int column = is_documentation ? list->columns->doc_opt_col : list->columns->long_opt_col;
    __argp_text_set_wrap(list->text, column);
    for (int i = 0; i < entry->count; i++) {
        const struct argp_option *option = &entry->option[i];
        if (!has_visible_name(option) || (is_documentation && !*option->name)) continue;
        begin_name(list, column);
        if (is_documentation) {
            __argp_text_puts(list->text, option->name);
            continue;
        }
        __argp_text_printf(list->text, "--%s", option->name);
        print_argument(list, "=");
    }
}

static void print_documentation(const struct option_list *list) {
    struct argp_text *text = list->text;
    const struct argp_option *option = list->entry->option;
    struct argp_filtered doc = __argp_filter(list->entry->argp, list->state, option->key, option->doc);
    if (doc.text && *doc.text) {
        int column = __argp_text_column(text);
        int wanted = list->columns->opt_doc_col;
        __argp_text_set_left(text, wanted);
        __argp_text_set_wrap(text, wanted);
        if (column > wanted + 3)
            __argp_text_putc(text, '\n');
        else if (column >= wanted)
            __argp_text_puts(text, "   ");
        else
            __argp_text_indent(text, wanted);
        __argp_text_puts(text, doc.text);
    }
    free(doc.made);
    __argp_text_set_left(text, 0);
    __argp_text_putc(text, '\n');
}

static void print_entry(struct option_list *list, const struct argp_entry *entry) {
    const struct argp_option *option = entry->option;
    int left = __argp_text_set_left(list->text, 0);
    int wrap = __argp_text_set_wrap(list->text, 0);
    list->entry = entry;
    list->first = true;
    print_short_names(list);
    print_long_names(list);
    __argp_text_set_left(list->text, 0);
    bool is_header = list->first && !option->name && !argp_is_short(option);
    if (is_header)
        print_header(list, option->doc, entry->argp);
    else if (!list->first)
        print_documentation(list);
    /* An entry without a visible name does not count. */
    if (is_header || !list->first) list->before = entry;
    __argp_text_set_left(list->text, left);
    __argp_text_set_wrap(list->text, wrap);
}

void __argp_print_options(const struct argp_entries *entries, const struct argp_state *state, struct argp_text *text) {
    static const char note[] =
        "Mandatory or optional arguments to long options are also mandatory or optional for any "
        "corresponding short options.";
    struct option_list list = {entries, __argp_columns(), state, text, NULL, NULL, false, false, false};
    for (size_t i = 0; i < entries->count; i++) print_entry(&list, &entries->entries[i]);
    if (!list.omitted_argument || !list.columns->dup_args_note) return;
    const struct argp *root = state ? state->root_argp : NULL;
    struct argp_filtered filtered = __argp_filter(root, state, ARGP_KEY_HELP_DUP_ARGS_NOTE, note);
    if (filtered.text && *filtered.text) {
        __argp_text_putc(text, '\n');
        __argp_text_puts(text, filtered.text);
        __argp_text_putc(text, '\n');
    }
    free(filtered.made);
}

/* --usage prints three lists: letters alone, letters with an argument, long names. */
enum usage_list { PLAIN_LETTERS, LETTERS_WITH_ARGUMENT, LONG_NAMES };

struct usage_option {
    const struct argp_option *option;
    const char *arg;
    bool is_optional;
};

/* Letters alone are collected in LETTERS; everything else is printed. */
static void print_usage_option(struct argp_text *text, enum usage_list list, struct usage_option usage, char *letters) {
    const struct argp_option *option = usage.option;
    if (list == PLAIN_LETTERS) {
        if (!usage.arg) letters[strlen(letters)] = (char)option->key;
    } else if (list == LETTERS_WITH_ARGUMENT) {
        if (!usage.arg) return;
        if (usage.is_optional) {
            __argp_text_printf(text, " [-%c[%s]]", option->key, usage.arg);
            return;
        }
        /* The line ends here if the letter and its argument would be separated. */
        __argp_text_space(text, 6 + strlen(usage.arg));
        __argp_text_printf(text, "[-%c %s]", option->key, usage.arg);
    } else if (!usage.arg) {
        __argp_text_printf(text, " [--%s]", option->name);
    } else if (usage.is_optional) {
        __argp_text_printf(text, " [--%s[=%s]]", option->name, usage.arg);
    } else {
        __argp_text_printf(text, " [--%s=%s]", option->name, usage.arg);
    }
}

static void print_usage_list(const struct argp_entries *entries, struct argp_text *text, enum usage_list list) {
    char letters[UCHAR_MAX + 2] = "";
    for (size_t i = 0; i < entries->count; i++) {
        const struct argp_entry *entry = &entries->entries[i];
        const struct argp_option *real = entry->option;
        for (int j = 0; j < entry->count; j++) {
            const struct argp_option *option = &real[j];
            bool listed = list == LONG_NAMES ? option->name != NULL : __argp_owns_short(entries, entry, option);
            int flags = option->flags | real->flags;
            if (!listed || !argp_is_visible(option) || flags & OPTION_NO_USAGE) continue;
            struct usage_option usage = {option, option->arg ? option->arg : real->arg, flags & OPTION_ARG_OPTIONAL};
            print_usage_option(text, list, usage, letters);
        }
    }
    if (*letters) __argp_text_printf(text, " [-%s]", letters);
}

void __argp_print_usage(const struct argp_entries *entries, struct argp_text *text) {
    print_usage_list(entries, text, PLAIN_LETTERS);
    print_usage_list(entries, text, LETTERS_WITH_ARGUMENT);
    print_usage_list(entries, text, LONG_NAMES);
}
