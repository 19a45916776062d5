// The older functions that find hosts, on /etc/hosts.
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "hosts.h"

#undef h_errno

int h_errno;

int *__h_errno_location(void) {
    return &h_errno;
}

// A guest has one thread, so the functions with buffers use the same memory as the others.
static struct {
    struct hostent host;
    char name[HOST_NAME];
    char *aliases[1];
    struct host_address addresses[HOST_ADDRESSES];
    char *list[HOST_ADDRESSES + 1];
} memory;

static struct hostent *result_of(int count, int family) {
    if (count <= 0) {
        h_errno = TRY_AGAIN;
        return NULL;
    }
    for (int i = 0; i < count; i++) memory.list[i] = (char *)memory.addresses[i].bytes;
    memory.list[count] = NULL;
    memory.host = (struct hostent){
        .h_name = memory.name,
        .h_aliases = memory.aliases,
        .h_addrtype = family,
        .h_length = (int)host_address_size(family),
        .h_addr_list = memory.list,
    };
    return &memory.host;
}

struct hostent *gethostbyname2(const char *name, int family) {
    if (family != AF_INET && family != AF_INET6) {
        h_errno = NO_DATA;
        return NULL;
    }
    if (__host_literal(name, &memory.addresses[0]) && memory.addresses[0].family == family) {
        strncpy(memory.name, name, sizeof(memory.name) - 1);
        return result_of(1, family);
    }
    return result_of(__host_addresses(name, family, memory.addresses, memory.name), family);
}

struct hostent *gethostbyname(const char *name) {
    return gethostbyname2(name, AF_INET);
}

struct hostent *gethostbyaddr(const void *bytes, socklen_t size, int family) {
    struct host_address *address = &memory.addresses[0];

    if (family != AF_INET && family != AF_INET6) {
        errno = EAFNOSUPPORT;
        h_errno = NETDB_INTERNAL;
        return NULL;
    }
    if (size != host_address_size(family)) {
        errno = EINVAL;
        h_errno = NETDB_INTERNAL;
        return NULL;
    }
    *address = (struct host_address){.family = family};
    memcpy(address->bytes, bytes, size);
    return result_of(__host_name(address, memory.name), family);
}

static int found(const struct hostent *host, struct hostent *copy, struct hostent **result, int *error) {
    if (host) *copy = *host;
    *result = host ? copy : NULL;
    if (!host) *error = h_errno;
    return host || h_errno != TRY_AGAIN ? 0 : EAGAIN;
}

int gethostbyname2_r(const char *name, int family, struct hostent *copy, char *, size_t, struct hostent **result,
                     int *error) {
    return found(gethostbyname2(name, family), copy, result, error);
}

int gethostbyname_r(const char *name, struct hostent *copy, char *, size_t, struct hostent **result, int *error) {
    return found(gethostbyname(name), copy, result, error);
}

int gethostbyaddr_r(const void *bytes, socklen_t size, int family, struct hostent *copy, char *, size_t,
                    struct hostent **result, int *error) {
    return found(gethostbyaddr(bytes, size, family), copy, result, error);
}

void sethostent(int) {}

void endhostent(void) {}

struct hostent *gethostent(void) {
    return NULL;
}
