// SPDX-License-Identifier: MIT
/* `open_file PATH [MESSAGE]`: opens a file, and prints the message and the reason if that fails.
 *
 * libc's reason for a path in none of the guest's directories is ENOTCAPABLE in Debian 12, and ENOENT in newer versions. The variable
 * REFUSED_WITH, "ENOTCAPABLE" or "ENOENT", replaces it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (file) return fclose(file);
    const char *reason = getenv("REFUSED_WITH");
    if (reason && (errno == ENOTCAPABLE || errno == ENOENT))
        errno = strcmp(reason, "ENOENT") == 0 ? ENOENT : ENOTCAPABLE;
    return perror(argc > 2 ? argv[2] : argv[1]), 1;
}
