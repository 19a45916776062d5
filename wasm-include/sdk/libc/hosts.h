// Addresses of hosts, by their text and by /etc/hosts.
#ifndef HOSTS_H
#define HOSTS_H

#include <netinet/in.h>
#include <stdint.h>

struct host_address {
    int family;
    uint32_t scope; // of an IPv6 address
    union {
        struct in_addr v4;
        struct in6_addr v6;
        unsigned char bytes[16];
    };
};

enum { HOST_ADDRESSES = 32, HOST_NAME = 256 };

// Reads an address as inet_aton() and inet_pton() do, with "%interface" after an IPv6 address. Returns 0 for other text.
int __host_literal(const char *text, struct host_address *address);

// Finds the addresses of a host in /etc/hosts. `family` is AF_INET, AF_INET6 or AF_UNSPEC, and `name` gets the first name of
// the host. Returns their number.
int __host_addresses(const char *host, int family, struct host_address addresses[HOST_ADDRESSES], char name[HOST_NAME]);

// Finds the name of an address in /etc/hosts. Returns 0 if it has none.
int __host_name(const struct host_address *address, char name[HOST_NAME]);

// The bytes of an address.
static inline size_t host_address_size(int family) {
    return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

#endif
