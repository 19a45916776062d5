// The texts and names of errors, as programs print them with glibc.
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = EHWPOISON + 1 };

#define NONE "\0"
#define ERROR(name, text) text "\0"
static const char texts[] =
#include "errors.h"
    ;
#undef ERROR
#define ERROR(name, text) #name "\0"
static const char names[] =
#include "errors.h"
    ;

// The string of an error in a list, or NULL.
static const char *find(const char *list, int number) {
    if (number < 0 || number >= COUNT) return NULL;
    while (number--) list += strlen(list) + 1;
    return *list ? list : NULL;
}

__attribute__((weak)) const char *strerrorname_np(int number) {
    return find(names, number);
}

__attribute__((weak)) const char *strerrordesc_np(int number) {
    // libc's own error: a path that is in none of the guest's directories.
    return number == ENOTCAPABLE ? "Capabilities insufficient" : find(texts, number);
}

// Writes "Unknown error N" without printf(), which is large.
static void write_unknown(char *text, int number) {
    char digits[10];
    size_t length = 0;
    text = stpcpy(text, number < 0 ? "Unknown error -" : "Unknown error ");
    for (unsigned int rest = number < 0 ? -(unsigned int)number : (unsigned int)number; rest || !length; rest /= 10)
        digits[length++] = (char)('0' + rest % 10);
    while (length) *text++ = digits[--length];
    *text = 0;
}

char *strerror(int number) {
    static char unknown[sizeof("Unknown error -2147483648")];
    const char *text = strerrordesc_np(number);
    if (text) return (char *)text;
    write_unknown(unknown, number);
    return unknown;
}

char *strerror_l(int number, locale_t locale) {
    (void)locale;
    return strerror(number);
}

char *__strerror_l(int number, locale_t locale) {
    return strerror_l(number, locale);
}

// GNU's strerror_r(), which programs with _GNU_SOURCE get. Only a text without a place of its own needs the buffer.
char *__gnu_strerror_r(int number, char *buffer, size_t size) {
    char unknown[sizeof("Unknown error -2147483648")];
    const char *text = strerrordesc_np(number);
    if (text) return (char *)text;
    write_unknown(unknown, number);
    strlcpy(buffer, unknown, size);
    return buffer;
}
