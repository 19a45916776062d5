// Finds hosts in /etc/hosts, if the guest may read it. A guest has no sockets to ask a name server.
#include "hosts.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "netdb_lines.h"

// Reads the scope of an address: the name or the number of an interface.
static int read_scope(const char *text, uint32_t *scope) {
    char *end;

    *scope = if_nametoindex(text);
    if (*scope) return 1;
    *scope = (uint32_t)strtoul(text, &end, 10);
    return *text && !*end;
}

int __host_literal(const char *text, struct host_address *address) {
    char plain[INET6_ADDRSTRLEN];
    const char *percent = strchr(text, '%');
    const size_t length = percent ? (size_t)(percent - text) : strlen(text);

    *address = (struct host_address){.family = AF_INET};
    if (inet_aton(text, &address->v4)) return 1;
    address->family = AF_INET6;
    if (length >= sizeof(plain)) return 0;
    memcpy(plain, text, length);
    plain[length] = 0;
    if (inet_pton(AF_INET6, plain, &address->v6) != 1) return 0;
    return !percent || read_scope(percent + 1, &address->scope);
}

// True if a line "address name alias ..." has this name.
static int has_name(const struct netdb_line *line, const char *name) {
    for (int i = 1; i < line->count; i++)
        if (strcasecmp(line->words[i], name) == 0) return 1;
    return 0;
}

static void copy_name(char name[HOST_NAME], const char *from) {
    strncpy(name, from, HOST_NAME - 1);
    name[HOST_NAME - 1] = 0;
}

int __host_addresses(const char *host, int family, struct host_address addresses[HOST_ADDRESSES],
                     char name[HOST_NAME]) {
    struct netdb_line line;
    FILE *file = fopen("/etc/hosts", "re");
    int count = 0;

    while (count < HOST_ADDRESSES && __netdb_next(file, &line)) {
        struct host_address *address = &addresses[count];
        if (!has_name(&line, host) || !__host_literal(line.words[0], address)) continue;
        if (family != AF_UNSPEC && address->family != family) continue;
        if (count++ == 0) copy_name(name, line.words[1]);
    }
    if (file) fclose(file);
    return count;
}

int __host_name(const struct host_address *address, char name[HOST_NAME]) {
    struct netdb_line line;
    struct host_address listed;
    FILE *file = fopen("/etc/hosts", "re");
    int found = 0;

    while (!found && __netdb_next(file, &line)) {
        if (!__host_literal(line.words[0], &listed) || listed.family != address->family) continue;
        found = memcmp(listed.bytes, address->bytes, host_address_size(listed.family)) == 0;
        if (found) copy_name(name, line.words[1]);
    }
    if (file) fclose(file);
    return found;
}
