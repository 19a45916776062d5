// The files of /etc that name hosts, services and protocols. Each line has words, and a comment after `#`.
#ifndef NETDB_LINES_H
#define NETDB_LINES_H

#include <stdio.h>

enum { NETDB_WORDS = 36 };

struct netdb_line {
    char text[1024];
    // The words, and NULL after the last.
    char *words[NETDB_WORDS + 1];
    int count;
};

// Reads the next line that has at least two words. Returns 0 at the end of the file, and if there is no file.
int __netdb_next(FILE *file, struct netdb_line *line);

#endif
