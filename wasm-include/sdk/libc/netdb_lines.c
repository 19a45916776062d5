// Reads the files of /etc that name hosts, services and protocols.
#include "netdb_lines.h"

#include <string.h>

#define SPACE " \t\r\n"

static void split(struct netdb_line *line) {
    char *rest;

    line->text[strcspn(line->text, "#")] = 0;
    line->count = 0;
    for (char *word = strtok_r(line->text, SPACE, &rest); word && line->count < NETDB_WORDS;
         word = strtok_r(NULL, SPACE, &rest))
        line->words[line->count++] = word;
    line->words[line->count] = NULL;
}

int __netdb_next(FILE *file, struct netdb_line *line) {
    while (file && fgets(line->text, sizeof(line->text), file)) {
        // The end of a line that is too long is no line of its own.
        if (!strchr(line->text, '\n'))
            for (int c = 0; c != '\n' && c != EOF;) c = getc(file);
        split(line);
        if (line->count >= 2) return 1;
    }
    return 0;
}
