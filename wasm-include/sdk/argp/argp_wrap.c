// SPDX-License-Identifier: MIT
/*
 * Text that is wrapped between margins. Text is laid out when a margin changes, when the column is asked for, or when
 * the buffer is full. A word cannot move to the next line after it was laid out, so these moments show in the output,
 * and so do three peculiarities of glibc: blanks for which the buffer has no room are written before the text in it; a
 * line that ends exactly at the margin is broken depending on the byte behind it, which an earlier text may have left;
 * and such a break lacks one blank. The buffer therefore has glibc's size and is filled in glibc's way.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "argp_internal.h"

#define BUFFER_SIZE 200
#define ROOM_FOR_PRINTF 150

static bool is_blank(char character) {
    return character == ' ' || character == '\t';
}

void __argp_text_begin(struct argp_text *text, FILE *out, int right) {
    *text = (struct argp_text){.out = out, .right = right};
    text->buffer = calloc(BUFFER_SIZE + 1, 1);
    text->room = text->buffer ? BUFFER_SIZE : 0;
}

static void write_blanks(struct argp_text *text, int count) {
    while (count-- > 0) putc(' ', text->out);
}

/* Returns the index of the line's text behind the margin. */
static ptrdiff_t begin_line(struct argp_text *text, ptrdiff_t at) {
    ptrdiff_t margin = text->left;
    text->column = text->left;
    if (text->end + margin >= text->room) {
        write_blanks(text, text->left);
        return at;
    }
    memmove(text->buffer + at + margin, text->buffer + at, (size_t)(text->end - at));
    memset(text->buffer + at, ' ', (size_t)margin);
    text->end += margin;
    return at + margin;
}

/* Replaces what is between `from` and `next` by a new line and its margin. Returns the index of the text behind it. */
static ptrdiff_t replace_by_newline(struct argp_text *text, ptrdiff_t from, ptrdiff_t next) {
    char *buffer = text->buffer;
    ptrdiff_t margin = text->wrap;
    ptrdiff_t rest = text->end - next; /* -1 if the blank was behind the end */
    ptrdiff_t start = from + 1;
    if (rest > 0 && next - start < margin && text->room - text->end <= margin + 1) {
        fwrite(buffer, 1, (size_t)from, text->out);
        putc('\n', text->out);
        start = 0;
    } else {
        if (rest > 0 && next - start < margin) {
            memmove(buffer + start + margin, buffer + next, (size_t)rest);
            next = start + margin;
        }
        buffer[from] = '\n';
    }
    if (next - start >= margin || (rest < 0 && text->room - next >= margin)) {
        memset(buffer + start, ' ', (size_t)margin);
        start += margin;
    } else {
        write_blanks(text, text->wrap);
    }
    if (start < next && rest > 0) memmove(buffer + start, buffer + next, (size_t)rest);
    text->end = start + rest;
    text->column = text->wrap ? text->wrap : -1;
    return start;
}

/* Breaks the line in [at, line_end), which is too long. Returns the index of the next line. */
static ptrdiff_t break_line(struct argp_text *text, ptrdiff_t at, ptrdiff_t line_end) {
    const char *buffer = text->buffer;
    ptrdiff_t limit = at + (text->right > text->column ? text->right - text->column : 0);
    ptrdiff_t blank = limit;
    while (blank >= at && !is_blank(buffer[blank])) blank--;
    if (blank >= at) {
        ptrdiff_t next = blank + 1;
        while (blank > at && is_blank(buffer[blank - 1])) blank--;
        return replace_by_newline(text, blank, next);
    }
    /* The first word is too long for any line, so it gets one of its own. */
    ptrdiff_t word_end = limit;
    while (word_end < line_end && !is_blank(buffer[word_end])) word_end++;
    if (word_end == line_end) {
        text->column = 0;
        return line_end + 1;
    }
    ptrdiff_t next = word_end;
    while (next < text->end && is_blank(buffer[next])) next++;
    return replace_by_newline(text, word_end, next);
}

static void lay_out(struct argp_text *text) {
    ptrdiff_t at = text->laid_out;
    while (at < text->end) {
        if (text->column == 0 && text->left != 0) at = begin_line(text, at);
        if (text->column < 0) text->column = 0;
        const char *newline = memchr(text->buffer + at, '\n', (size_t)(text->end - at));
        ptrdiff_t line_end = newline ? newline - text->buffer : text->end;
        ptrdiff_t column = text->column + (line_end - at);
        if (column >= text->right) {
            at = break_line(text, at, line_end);
        } else {
            text->column = newline ? 0 : (int)column;
            at = line_end + 1;
        }
    }
    text->laid_out = text->end;
}

/* Returns false if memory is missing. */
static bool make_room(struct argp_text *text, size_t count) {
    ptrdiff_t needed = (ptrdiff_t)count;
    if (text->room - text->end >= needed) return true;
    lay_out(text);
    if (text->end > 0) fwrite(text->buffer, 1, (size_t)text->end, text->out);
    text->end = text->laid_out = 0;
    if (text->room >= needed) return true;
    char *larger = realloc(text->buffer, (size_t)(text->room + needed + 1));
    if (!larger) return false;
    memset(larger + text->room, 0, (size_t)needed + 1);
    text->buffer = larger;
    text->room += needed;
    return true;
}

void __argp_text_write(struct argp_text *text, const char *bytes, size_t length) {
    if (length == 0 || !make_room(text, length)) return;
    memcpy(text->buffer + text->end, bytes, length);
    text->end += (ptrdiff_t)length;
}

void __argp_text_puts(struct argp_text *text, const char *string) {
    __argp_text_write(text, string, strlen(string));
}

void __argp_text_putc(struct argp_text *text, char character) {
    __argp_text_write(text, &character, 1);
}

void __argp_text_printf(struct argp_text *text, const char *format, ...) {
    size_t needed = ROOM_FOR_PRINTF;
    while (make_room(text, needed)) {
        size_t available = (size_t)(text->room - text->end);
        va_list arguments;
        va_start(arguments, format);
        int length = vsnprintf(text->buffer + text->end, available, format, arguments);
        va_end(arguments);
        if (length < 0) return;
        if ((size_t)length < available) {
            text->end += length;
            return;
        }
        needed = (size_t)length + 1;
    }
}

int __argp_text_column(struct argp_text *text) {
    lay_out(text);
    return text->column < 0 ? 0 : text->column;
}

int __argp_text_set_left(struct argp_text *text, int margin) {
    int before = text->left;
    lay_out(text);
    text->left = margin;
    return before;
}

int __argp_text_set_wrap(struct argp_text *text, int margin) {
    int before = text->wrap;
    lay_out(text);
    text->wrap = margin;
    return before;
}

void __argp_text_space(struct argp_text *text, size_t length) {
    bool full = (size_t)__argp_text_column(text) + length >= (size_t)text->right;
    __argp_text_putc(text, full ? '\n' : ' ');
}

void __argp_text_indent(struct argp_text *text, int column) {
    for (int missing = column - __argp_text_column(text); missing > 0; missing--) __argp_text_putc(text, ' ');
}

void __argp_text_end(struct argp_text *text) {
    lay_out(text);
    if (text->end > 0) fwrite(text->buffer, 1, (size_t)text->end, text->out);
    free(text->buffer);
}
