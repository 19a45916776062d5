// SPDX-License-Identifier: MIT
/* libbpf's messages, and the function that prints them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "life.skel.h"

static int counts[LIBBPF_DEBUG + 1];
static int lines;

static int count(enum libbpf_print_level level, const char *format, va_list arguments) {
    char text[4096];
    vsnprintf(text, sizeof(text), format, arguments);
    counts[level]++;
    if (strncmp(text, "libbpf: ", 8) == 0 && text[strlen(text) - 1] == '\n') lines++;
    if (strstr(text, "loading object '")) printf("| %s", text);
    errno = ERANGE;
    return 0;
}

static int print_on_stdout(enum libbpf_print_level level, const char *format, va_list arguments) {
    return level == LIBBPF_WARN ? vprintf(format, arguments) : 0;
}

static void fail(void) {
    struct bpf_object *obj = bpf_object__open("/missing.bpf.o");
    printf("opened: %d, %s\n", obj != NULL, strerror(errno));
}

int main(void) {
    fail(); /* on stderr */
    libbpf_print_fn_t standard = libbpf_set_print(count);
    printf("a function: %d\n", standard != NULL);
    struct life *skel = life__open();
    printf("debug: %d, warnings: %d, all complete: %d\n", counts[LIBBPF_DEBUG] > 10, counts[LIBBPF_WARN],
           lines == counts[LIBBPF_DEBUG] + counts[LIBBPF_INFO] + counts[LIBBPF_WARN]);
    printf("errno of the function: %d\n", errno == ERANGE);
    fail();
    printf("warnings: %d\n", counts[LIBBPF_WARN]);
    printf("previous: %d\n", libbpf_set_print(print_on_stdout) == count);
    fail();
    printf("silent: %d\n", libbpf_set_print(NULL) == print_on_stdout);
    fail();
    printf("nothing: %d\n", libbpf_set_print(standard) == NULL);
    fail(); /* on stderr */
    life__destroy(skel);
    return 0;
}
