// SPDX-License-Identifier: MIT
/* Parts of argp that its files share. */
#ifndef SDK_ARGP_INTERNAL_H
#define SDK_ARGP_INTERNAL_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

/* Options. */

static inline bool argp_is_end(const struct argp_option *option) {
    return !option->key && !option->name && !option->doc && !option->group;
}

/* True if the key is also a short name. */
static inline bool argp_is_short(const struct argp_option *option) {
    if (option->flags & OPTION_DOC) return false;
    return option->key > 0 && option->key <= UCHAR_MAX && isprint(option->key);
}

static inline bool argp_is_visible(const struct argp_option *option) {
    return !(option->flags & OPTION_HIDDEN);
}

/* The input of the parser of ARGP, for its help filter. */
void *__argp_input_of(const struct argp *argp, const struct argp_state *state);
/* Fills CHILDREN, room for three and the end: ARGP if it is not NULL, and the options that argp itself has. */
void __argp_add_own_options(struct argp_child *children, const struct argp *argp);
const char *__argp_short_name(const struct argp_state *state);

/* The columns of help texts; argp_columns.c. */

struct argp_columns {
    int dup_args; /* true if each name of an option gets its argument */
    int dup_args_note;
    int short_opt_col;
    int long_opt_col;
    int doc_opt_col;
    int opt_doc_col;
    int header_col;
    int usage_indent;
    int rmargin;
};

void __argp_read_columns(const struct argp_state *state);
const struct argp_columns *__argp_columns(void);

/* Text wrapped between margins; argp_wrap.c. */

struct argp_text {
    FILE *out;
    int left;   /* the margin of a new line */
    int wrap;   /* the margin after a line was broken */
    int right;  /* the first column that is not used */
    int column; /* after the text that is laid out; -1 after a break with no margin */
    char *buffer;
    ptrdiff_t room; /* one byte more is allocated */
    ptrdiff_t end;
    ptrdiff_t laid_out; /* the start of the text that is not laid out */
};

void __argp_text_begin(struct argp_text *text, FILE *out, int right);
void __argp_text_end(struct argp_text *text);
void __argp_text_write(struct argp_text *text, const char *bytes, size_t length);
void __argp_text_puts(struct argp_text *text, const char *string);
void __argp_text_putc(struct argp_text *text, char character);
void __argp_text_printf(struct argp_text *text, const char *format, ...) __attribute__((__format__(__printf__, 2, 3)));
int __argp_text_column(struct argp_text *text);
/* These return the margin before. */
int __argp_text_set_left(struct argp_text *text, int margin);
int __argp_text_set_wrap(struct argp_text *text, int margin);
/* A space, or a new line if LENGTH more characters do not fit. */
void __argp_text_space(struct argp_text *text, size_t length);
void __argp_text_indent(struct argp_text *text, int column);

/* The entries of --help; argp_entries.c. */

/* The options of a child that stay together. */
struct argp_cluster {
    int group;
    const char *header;
    int index; /* the child's place in its parent */
    const struct argp_cluster *parent;
    const struct argp *argp;
    int depth;
    struct argp_cluster *next;
};

/* An option and its aliases. */
struct argp_entry {
    const struct argp_option *option;
    int count;
    int group;
    int number; /* the place before sorting */
    const struct argp_cluster *cluster;
    const struct argp *argp;
};

struct argp_entries {
    struct argp_entry *entries;
    size_t count;
    size_t size;
    struct argp_cluster *clusters;
    /* The option that has each short name. Later ones of the same name do not count. */
    struct {
        const struct argp_option *option;
        int entry;
    } owners[UCHAR_MAX + 1];
};

/* Returns false if memory is missing. */
bool __argp_entries_make(struct argp_entries *entries, const struct argp *argp);
void __argp_entries_free(struct argp_entries *entries);
bool __argp_owns_short(const struct argp_entries *entries, const struct argp_entry *entry,
                       const struct argp_option *option);
bool __argp_cluster_is_inside(const struct argp_cluster *cluster, const struct argp_cluster *outer);

/* The lists of options, and the rest of the help. */

struct argp_help_request {
    const struct argp *argp;
    const struct argp_state *state;
    FILE *stream;
    unsigned flags;
    const char *name;
};

void __argp_print_help(const struct argp_help_request *request);
void __argp_print_options(const struct argp_entries *entries, const struct argp_state *state, struct argp_text *text);
void __argp_print_usage(const struct argp_entries *entries, struct argp_text *text);

/* A text after the help filter of its argp. */
struct argp_filtered {
    const char *text;
    char *made; /* by the filter, or NULL */
};

struct argp_filtered __argp_filter(const struct argp *argp, const struct argp_state *state, int key, const char *text);

#endif
