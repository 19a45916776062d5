// Addresses of hosts and services: getaddrinfo(), with the order of results and the errors of glibc.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hosts.h"

#define KNOWN_FLAGS                                                                                                \
    (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | AI_NUMERICSERV | AI_IDN | \
     AI_CANONIDN)

// A type of sockets with its protocol, in glibc's order.
static const struct type {
    int type;
    int protocol; // 0: the one that the caller has asked for
    const char *name; // in /etc/services
    int is_default; // part of the results if the caller has asked for no type
} types[] = {
    {SOCK_STREAM, IPPROTO_TCP, "tcp", 1},
    {SOCK_DGRAM, IPPROTO_UDP, "udp", 1},
    {SOCK_DCCP, IPPROTO_DCCP, "dccp", 0},
    {SOCK_DGRAM, IPPROTO_UDPLITE, "udplite", 0},
    {SOCK_STREAM, IPPROTO_SCTP, "sctp", 0},
    {SOCK_SEQPACKET, IPPROTO_SCTP, "sctp", 0},
    {SOCK_RAW, 0, NULL, 1},
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

// A type of the results, with the port of the service.
struct port {
    int type;
    int protocol;
    in_port_t port;
};

// A service by its number, or by its name if that is not NULL.
struct service {
    const char *name;
    in_port_t port;
};

static int is_wanted(const struct type *type, const struct addrinfo *hints) {
    if (hints->ai_socktype && hints->ai_socktype != type->type) return 0;
    return !hints->ai_protocol || !type->protocol || hints->ai_protocol == type->protocol;
}

// Adds a type, if it has the service. Returns the number of added types.
static int add_port(const struct type *type, const struct service *service, int protocol, struct port *port) {
    in_port_t number = service ? service->port : 0;

    if (service && service->name) {
        const struct servent *known = type->name ? getservbyname(service->name, type->name) : NULL;
        if (!known) return 0;
        number = (in_port_t)known->s_port;
    }
    *port = (struct port){type->type, type->protocol ? type->protocol : protocol, number};
    return 1;
}

// Finds the port of a service, NULL for none, for each type. Returns the number of types, or an error.
static int find_ports(const struct service *service, const struct addrinfo *hints, struct port ports[TYPES]) {
    const int is_any = !hints->ai_socktype && !hints->ai_protocol;
    int count = 0;

    for (const struct type *type = types; type < types + TYPES; type++) {
        if (is_any) {
            if (type->is_default || (service && service->name)) count += add_port(type, service, 0, &ports[count]);
            continue;
        }
        if (!is_wanted(type, hints)) continue;
        if (service && !type->name) return EAI_SERVICE;
        return add_port(type, service, hints->ai_protocol, ports) ? 1 : EAI_SERVICE;
    }
    if (is_any) return count > 0 ? count : EAI_SERVICE;
    return hints->ai_socktype ? EAI_SOCKTYPE : EAI_SERVICE;
}

// Reads a number or a name. Returns 0, or an error.
static int read_service(const char *text, int flags, struct service *service) {
    char *end;

    *service = (struct service){.port = htons((in_port_t)strtoul(text, &end, 10))};
    if (!*end) return 0;
    service->name = text;
    return flags & AI_NUMERICSERV ? EAI_NONAME : 0;
}

// The addresses of this machine, for a service without a host.
static int own_addresses(const struct addrinfo *hints, struct host_address addresses[HOST_ADDRESSES]) {
    const int is_passive = hints->ai_flags & AI_PASSIVE;
    const struct host_address v4 = {.family = AF_INET, .v4.s_addr = htonl(is_passive ? INADDR_ANY : INADDR_LOOPBACK)};
    const struct host_address v6 = {.family = AF_INET6, .v6 = is_passive ? in6addr_any : in6addr_loopback};
    int count = 0;

    if (is_passive && hints->ai_family != AF_INET6) addresses[count++] = v4;
    if (hints->ai_family != AF_INET) addresses[count++] = v6;
    if (!is_passive && hints->ai_family != AF_INET6) addresses[count++] = v4;
    return count;
}

// Makes an IPv6 address of an IPv4 address, if the caller has asked for that.
static int map_address(struct host_address *address, const struct addrinfo *hints) {
    if (hints->ai_family == AF_UNSPEC || hints->ai_family == address->family) return 1;
    if (address->family != AF_INET || !(hints->ai_flags & AI_V4MAPPED)) return 0;
    const struct in_addr v4 = address->v4;
    *address = (struct host_address){.family = AF_INET6, .v6.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(&address->v6.s6_addr[12], &v4, sizeof(v4));
    return 1;
}

// Finds the addresses of a host. Returns their number, or an error.
static int find_addresses(const char *host, const struct addrinfo *hints, struct host_address addresses[HOST_ADDRESSES],
                          char name[HOST_NAME]) {
    if (!host) return own_addresses(hints, addresses);
    if (__host_literal(host, &addresses[0])) {
        strncpy(name, host, HOST_NAME - 1);
        return map_address(&addresses[0], hints) ? 1 : EAI_ADDRFAMILY;
    }
    if (hints->ai_flags & AI_NUMERICHOST) return EAI_NONAME;
    int count = __host_addresses(host, hints->ai_family, addresses, name);
    // Only a name server could have an answer, and a guest has no sockets.
    return count > 0 ? count : EAI_AGAIN;
}

// A result in one piece of memory, so that free() frees it.
struct result {
    struct addrinfo info;
    union {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
};

static struct addrinfo *new_result(const struct host_address *address, const struct port *port, int flags) {
    struct result *result = calloc(1, sizeof(*result));

    if (!result) return NULL;
    result->info = (struct addrinfo){
        .ai_flags = flags,
        .ai_family = address->family,
        .ai_socktype = port->type,
        .ai_protocol = port->protocol,
        .ai_addr = (struct sockaddr *)&result->address,
    };
    if (address->family == AF_INET) {
        result->info.ai_addrlen = sizeof(result->address.v4);
        result->address.v4 =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port->port, .sin_addr = address->v4};
    } else {
        result->info.ai_addrlen = sizeof(result->address.v6);
        result->address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                                   .sin6_port = port->port,
                                                   .sin6_addr = address->v6,
                                                   .sin6_scope_id = address->scope};
    }
    return &result->info;
}

static int check_hints(const char *host, const char *service, const struct addrinfo *hints) {
    if (!host && !service) return EAI_NONAME;
    if (hints->ai_flags & ~KNOWN_FLAGS) return EAI_BADFLAGS;
    if (hints->ai_flags & AI_CANONNAME && !host) return EAI_BADFLAGS;
    const int family = hints->ai_family;
    return family == AF_UNSPEC || family == AF_INET || family == AF_INET6 ? 0 : EAI_FAMILY;
}

int getaddrinfo(const char *restrict host, const char *restrict text, const struct addrinfo *restrict given,
                struct addrinfo **restrict results) {
    static const struct addrinfo none = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
    const struct addrinfo *hints = given ? given : &none;
    struct host_address addresses[HOST_ADDRESSES];
    struct service service;
    struct port ports[TYPES];
    char name[HOST_NAME] = "";
    struct addrinfo *first = NULL, **place = &first;

    int error = check_hints(host, text, hints);
    if (!error && text) error = read_service(text, hints->ai_flags, &service);
    if (error) return error;
    const int port_count = find_ports(text ? &service : NULL, hints, ports);
    if (port_count < 0) return port_count;
    const int count = find_addresses(host, hints, addresses, name);
    if (count < 0) return count;
    for (int i = 0; i < count * port_count && !error; i++) {
        *place = new_result(&addresses[i / port_count], &ports[i % port_count], hints->ai_flags);
        if (*place)
            place = &(*place)->ai_next;
        else
            error = EAI_MEMORY;
    }
    if (!error && hints->ai_flags & AI_CANONNAME && !(first->ai_canonname = strdup(name))) error = EAI_MEMORY;
    if (error)
        freeaddrinfo(first);
    else
        *results = first;
    return error;
}

void freeaddrinfo(struct addrinfo *result) {
    while (result) {
        struct addrinfo *next = result->ai_next;
        free(result->ai_canonname);
        free(result);
        result = next;
    }
}
