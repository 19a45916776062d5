// SPDX-License-Identifier: MIT
/* libbpf's messages: those of the host's libbpf, and those of the code in this folder. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <bpf/libbpf.h>
#include "libbpf_guest.h"
#include "libbpf_imports.h"

/* The least important level that LIBBPF_LOG_LEVEL asks for. */
static enum libbpf_print_level chosen_level(void) {
    const char *name = getenv("LIBBPF_LOG_LEVEL");
    if (!name || strcasecmp(name, "info") == 0) return LIBBPF_INFO;
    if (strcasecmp(name, "warn") == 0) return LIBBPF_WARN;
    if (strcasecmp(name, "debug") == 0) return LIBBPF_DEBUG;
    fprintf(
        stderr,
        "libbpf: unrecognized 'LIBBPF_LOG_LEVEL' envvar value: '%s', should be one of 'warn', 'debug', or 'info'.\n",
        name);
    return LIBBPF_INFO;
}

static int print_to_stderr(enum libbpf_print_level level, const char *format, va_list arguments) {
    static int last_level = -1;
    if (last_level < 0) last_level = (int)chosen_level();
    return (int)level > last_level ? 0 : vfprintf(stderr, format, arguments);
}

static libbpf_print_fn_t print_function = print_to_stderr;

void libbpf_print(enum libbpf_print_level level, const char *format, ...) {
    if (!print_function) return;
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    print_function(level, format, arguments);
    va_end(arguments);
    errno = error;
}

/* The host calls it with each message of an import, before that import returns. */
static void print_message(int level, const char *text) {
    libbpf_print((enum libbpf_print_level)level, "%s", text);
}

libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn) {
    static char message[4096];
    libbpf_print_fn_t previous = print_function;
    print_function = fn;
    import_libbpf_set_print(fn ? print_message : NULL, message, sizeof(message));
    return previous;
}

/* Until the guest chooses a function, the host prints warnings and information. Other levels have to come here. */
__attribute__((constructor)) static void obey_log_level(void) {
    if (getenv("LIBBPF_LOG_LEVEL")) libbpf_set_print(print_to_stderr);
}
