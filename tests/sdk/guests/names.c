// SPDX-License-Identifier: MIT
/* Finds hosts, services and protocols, as glibc does by the files of /etc. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void show_address(const struct sockaddr *address) {
    char text[INET6_ADDRSTRLEN];
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

    if (address->sa_family == AF_INET)
        printf(" %s:%d", inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text)), ntohs(v4->sin_port));
    else
        printf(" [%s%%%u]:%d", inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text)), v6->sin6_scope_id,
               ntohs(v6->sin6_port));
}

static void find(const char *host, const char *service, const struct addrinfo *hints) {
    struct addrinfo *results = NULL;
    int error = getaddrinfo(host, service, hints, &results);

    printf("%s %s:", host ? host : "-", service ? service : "-");
    if (hints) printf(" (%#x %d %d %d)", hints->ai_flags, hints->ai_family, hints->ai_socktype, hints->ai_protocol);
    if (error) printf(" %d %s", error, gai_strerror(error));
    for (struct addrinfo *one = results; one; one = one->ai_next) {
        show_address(one->ai_addr);
        printf(" %d %d %d %s;", one->ai_socktype, one->ai_protocol, one->ai_addrlen,
               one->ai_canonname ? one->ai_canonname : "-");
    }
    putchar('\n');
    if (results) freeaddrinfo(results);
}

static void find_all(void) {
    static const char *const hosts[] = {"127.0.0.1",  "10.1",      "0x7f.1",        "::1",
                                        "fe80::1%lo", "fe80::1%7", "::ffff:1.2.3.4"};
    static const char *const services[] = {"80", "http", "domain", "ssh", "no_such_service", "", "7x"};

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) find(hosts[i], NULL, NULL);
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) find("1.2.3.4", services[i], NULL);
    for (int type = 0; type <= SOCK_SEQPACKET; type++)
        for (int protocol = 0; protocol < 18; protocol++)
            find("::1", "80", &(struct addrinfo){.ai_socktype = type, .ai_protocol = protocol});
    for (int family = 0; family < 12; family++) {
        find("::1", NULL, &(struct addrinfo){.ai_family = family});
        find("1.2.3.4", NULL, &(struct addrinfo){.ai_family = family, .ai_flags = AI_V4MAPPED});
        find("1.2.3.4", NULL, &(struct addrinfo){.ai_family = family, .ai_socktype = SOCK_STREAM});
    }
    find("localhost", "http",
         &(struct addrinfo){.ai_family = AF_INET, .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_DGRAM});
    find("LocalHost", NULL, &(struct addrinfo){.ai_family = AF_INET, .ai_flags = AI_CANONNAME});
    find("localhost", NULL, &(struct addrinfo){.ai_flags = AI_NUMERICHOST});
    find("localhost", "http", &(struct addrinfo){.ai_flags = AI_NUMERICSERV});
    find(NULL, "http", &(struct addrinfo){.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE});
    find(NULL, "53", &(struct addrinfo){.ai_family = AF_INET6, .ai_flags = AI_PASSIVE});
    find(NULL, "53", &(struct addrinfo){.ai_family = AF_INET});
    find(NULL, "53", &(struct addrinfo){.ai_flags = AI_CANONNAME});
    find(NULL, NULL, NULL);
    find("::1", NULL, &(struct addrinfo){.ai_flags = 0x40000});
    find("9.9.9.9", NULL, &(struct addrinfo){.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM});
}

static void name(const char *address, int port, int flags) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    char host[NI_MAXHOST] = "", service[NI_MAXSERV] = "";
    const int is_v4 = inet_pton(AF_INET, address, &v4.sin_addr);

    if (!is_v4) inet_pton(AF_INET6, address, &v6.sin6_addr);
    const struct sockaddr *from = is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
    int error = getnameinfo(from, is_v4 ? sizeof(v4) : sizeof(v6), host, sizeof(host), service, sizeof(service), flags);
    printf("%s %d %#x: %d %s %s\n", address, port, flags, error, host, service);
    error = getnameinfo(from, 4, host, sizeof(host), NULL, 0, flags);
    printf("short: %d\n", error);
    error = getnameinfo(from, sizeof(v6), host, 3, NULL, 0, flags | NI_NUMERICHOST);
    printf("long: %d\n", error);
}

static void show_service(const struct servent *service) {
    if (!service) {
        puts("no service");
        return;
    }
    printf("%s %d %s", service->s_name, ntohs((uint16_t)service->s_port), service->s_proto);
    for (char **alias = service->s_aliases; *alias; alias++) printf(" %s", *alias);
    putchar('\n');
}

static void show_protocol(const struct protoent *protocol) {
    if (!protocol) {
        puts("no protocol");
        return;
    }
    printf("%s %d %s\n", protocol->p_name, protocol->p_proto, protocol->p_aliases[0] ? protocol->p_aliases[0] : "-");
}

static void show_host(const struct hostent *host) {
    char text[INET6_ADDRSTRLEN];

    if (!host) {
        printf("no host: %s\n", hstrerror(h_errno));
        return;
    }
    printf("%s %d %d %s\n", host->h_name, host->h_addrtype, host->h_length,
           inet_ntop(host->h_addrtype, host->h_addr_list[0], text, sizeof(text)));
}

int main(void) {
    find_all();
    name("127.0.0.1", 80, 0);
    name("127.0.0.1", 53, NI_DGRAM);
    name("127.0.0.1", 53, NI_NUMERICHOST | NI_NUMERICSERV);
    name("::1", 22, NI_NUMERICHOST);
    name("fe80::1", 1, NI_NUMERICHOST);

    show_service(getservbyname("http", NULL));
    show_service(getservbyname("www", "tcp"));
    show_service(getservbyname("http", "no_such"));
    show_service(getservbyport(htons(53), "udp"));
    show_service(getservbyport(htons(1), "udp"));
    int services = 0;
    while (getservent()) services++;
    printf("%d services\n", services);
    show_protocol(getprotobyname("tcp"));
    show_protocol(getprotobyname("ICMP"));
    show_protocol(getprotobynumber(17));
    show_protocol(getprotobynumber(250));

    show_host(gethostbyname("localhost"));
    show_host(gethostbyname("1.2.3.4"));
    show_host(gethostbyname2("::1", AF_INET6));
    show_host(gethostbyname2("localhost", 99));
    show_host(gethostbyaddr(&(struct in_addr){htonl(INADDR_LOOPBACK)}, 4, AF_INET));

    for (int error = -110; error < 3; error++) printf("%d %s\n", error, gai_strerror(error));
    for (int error = -2; error < 7; error++) printf("%d %s\n", error, hstrerror(error));
    return 0;
}
