// SPDX-License-Identifier: MIT
/* The program's name, from its first argument, as glibc has it. wasi-libc has no such variables. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

#define ENDING ".wasm"

char *program_invocation_name = "";
char *program_invocation_short_name = "";

/* A program may use the names before main() has its arguments, so this asks the host for them. */
__attribute__((constructor)) static void find_name(void) {
    __wasi_size_t count, size;
    if (__wasi_args_sizes_get(&count, &size) != 0 || count == 0) return;
    uint8_t **arguments = calloc((size_t)count + 1, sizeof(*arguments));
    uint8_t *text = malloc(size);
    if (arguments && text && __wasi_args_get(arguments, text) == 0) {
        char *name = strdup((char *)arguments[0]);
        if (name) {
            /* As in argv[0], the ending of the module's file is no part of the name. */
            const size_t length = strlen(name);
            if (length > strlen(ENDING) && strcmp(name + length - strlen(ENDING), ENDING) == 0)
                name[length - strlen(ENDING)] = 0;
            char *slash = strrchr(name, '/');
            program_invocation_name = name;
            program_invocation_short_name = slash ? slash + 1 : name;
        }
    }
    free(arguments);
    free(text);
}
