// Names of addresses and ports: getnameinfo().
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "hosts.h"

static int copy(char *to, socklen_t size, const char *from) {
    if (strlen(from) >= size) return EAI_OVERFLOW;
    strcpy(to, from);
    return 0;
}

// Writes an address as text, with the interface of an IPv6 address that has one.
static void write_address(const struct host_address *address, char text[HOST_NAME]) {
    char interface[IF_NAMESIZE];

    inet_ntop(address->family, address->bytes, text, HOST_NAME);
    if (!address->scope) return;
    char *end = text + strlen(text);
    const int is_named = IN6_IS_ADDR_LINKLOCAL(&address->v6) || IN6_IS_ADDR_MC_LINKLOCAL(&address->v6);
    if (is_named && if_indextoname(address->scope, interface))
        sprintf(end, "%%%s", interface);
    else
        sprintf(end, "%%%u", address->scope);
}

static int find_host(const struct host_address *address, char *host, socklen_t size, int flags) {
    char name[HOST_NAME];

    if (!(flags & NI_NUMERICHOST) && __host_name(address, name)) return copy(host, size, name);
    // Only a name server could have an answer, and a guest has no sockets.
    if (flags & NI_NAMEREQD) return flags & NI_NUMERICHOST ? EAI_NONAME : EAI_AGAIN;
    write_address(address, name);
    return copy(host, size, name);
}

static int find_service(in_port_t port, char *service, socklen_t size, int flags) {
    char number[6];

    if (!(flags & NI_NUMERICSERV)) {
        const struct servent *known = getservbyport(port, flags & NI_DGRAM ? "udp" : "tcp");
        if (known) return copy(service, size, known->s_name);
    }
    sprintf(number, "%u", ntohs(port));
    return copy(service, size, number);
}

// Reads an address of a socket. Returns 0 if it is too short or of another family.
static int read_address(const struct sockaddr *from, socklen_t size, struct host_address *address, in_port_t *port) {
    *address = (struct host_address){.family = size < sizeof(from->sa_family) ? AF_UNSPEC : from->sa_family};
    if (address->family == AF_INET && size >= sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
        address->v4 = v4->sin_addr;
        *port = v4->sin_port;
        return 1;
    }
    if (address->family == AF_INET6 && size >= sizeof(struct sockaddr_in6)) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
        address->v6 = v6->sin6_addr;
        address->scope = v6->sin6_scope_id;
        *port = v6->sin6_port;
        return 1;
    }
    return 0;
}

int getnameinfo(const struct sockaddr *restrict from, socklen_t size, char *restrict host, socklen_t host_size,
                char *restrict service, socklen_t service_size, int flags) {
    struct host_address address;
    in_port_t port;

    if (!read_address(from, size, &address, &port)) return EAI_FAMILY;
    const int has_host = host && host_size > 0, has_service = service && service_size > 0;
    if (!has_host && !has_service) return EAI_NONAME;
    int error = has_host ? find_host(&address, host, host_size, flags) : 0;
    if (!error && has_service) error = find_service(port, service, service_size, flags);
    return error;
}
