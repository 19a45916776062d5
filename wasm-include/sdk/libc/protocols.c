// Protocols and their numbers, by /etc/protocols, if the guest may read it.
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "netdb_lines.h"

static FILE *protocols;
static struct netdb_line line;
static struct protoent entry;

void setprotoent(int) {
    if (protocols) rewind(protocols);
}

void endprotoent(void) {
    if (protocols) fclose(protocols);
    protocols = NULL;
}

// Reads the next line "name number alias ...".
static struct protoent *next_in(FILE *file) {
    if (!__netdb_next(file, &line)) return NULL;
    entry.p_name = line.words[0];
    entry.p_proto = atoi(line.words[1]);
    entry.p_aliases = &line.words[2];
    return &entry;
}

struct protoent *getprotoent(void) {
    if (!protocols) protocols = fopen("/etc/protocols", "re");
    return next_in(protocols);
}

static int has_name(const struct protoent *protocol, const char *name) {
    if (strcmp(protocol->p_name, name) == 0) return 1;
    for (char **alias = protocol->p_aliases; *alias; alias++)
        if (strcmp(*alias, name) == 0) return 1;
    return 0;
}

static struct protoent *find(const char *name, int number) {
    FILE *file = fopen("/etc/protocols", "re");
    struct protoent *found;

    do {
        found = next_in(file);
    } while (found && !(name ? has_name(found, name) : found->p_proto == number));
    if (file) fclose(file);
    return found;
}

struct protoent *getprotobyname(const char *name) {
    return find(name, 0);
}

struct protoent *getprotobynumber(int number) {
    return find(NULL, number);
}

// Networks with names are not in use any more.

void setnetent(int) {}

void endnetent(void) {}

struct netent *getnetent(void) {
    return NULL;
}

struct netent *getnetbyname(const char *) {
    return NULL;
}

struct netent *getnetbyaddr(uint32_t, int) {
    return NULL;
}
