// Services and their ports, by /etc/services, if the guest may read it.
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "netdb_lines.h"

static FILE *services;
static struct netdb_line line;
static struct servent entry;

void setservent(int) {
    if (services) rewind(services);
}

void endservent(void) {
    if (services) fclose(services);
    services = NULL;
}

// Makes an entry of a line "name port/protocol alias ...". Returns 0 for another line.
static int read_entry(struct servent *service, struct netdb_line *words) {
    char *slash = strchr(words->words[1], '/');

    if (!slash) return 0;
    *slash = 0;
    service->s_name = words->words[0];
    service->s_port = htons((uint16_t)atoi(words->words[1]));
    service->s_proto = slash + 1;
    service->s_aliases = &words->words[2];
    return 1;
}

struct servent *getservent(void) {
    if (!services) services = fopen("/etc/services", "re");
    while (__netdb_next(services, &line))
        if (read_entry(&entry, &line)) return &entry;
    return NULL;
}

static int has_name(const struct servent *service, const char *name) {
    if (strcmp(service->s_name, name) == 0) return 1;
    for (char **alias = service->s_aliases; *alias; alias++)
        if (strcmp(*alias, name) == 0) return 1;
    return 0;
}

// Finds a service by its name, or by its port if that is NULL.
static struct servent *find(const char *name, int port, const char *protocol) {
    FILE *file = fopen("/etc/services", "re");
    struct servent *found = NULL;

    while (!found && __netdb_next(file, &line)) {
        if (!read_entry(&entry, &line)) continue;
        if (protocol && strcmp(entry.s_proto, protocol) != 0) continue;
        if (name ? has_name(&entry, name) : entry.s_port == port) found = &entry;
    }
    if (file) fclose(file);
    return found;
}

struct servent *getservbyname(const char *name, const char *protocol) {
    return find(name, 0, protocol);
}

struct servent *getservbyport(int port, const char *protocol) {
    return find(NULL, port, protocol);
}

// The entries of these functions are in the buffer of the others: a guest has one thread.

static int found(const struct servent *service, struct servent *copy, struct servent **result) {
    if (service) *copy = *service;
    *result = service ? copy : NULL;
    return service ? 0 : ENOENT;
}

int getservbyname_r(const char *name, const char *protocol, struct servent *copy, char *, size_t,
                    struct servent **result) {
    return found(getservbyname(name, protocol), copy, result);
}

int getservbyport_r(int port, const char *protocol, struct servent *copy, char *, size_t, struct servent **result) {
    return found(getservbyport(port, protocol), copy, result);
}
