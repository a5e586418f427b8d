/* Which network namespace a request means, and the addresses in it. */
#ifndef NETNS_H
#define NETNS_H

#include "wire.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

/*
 * Enters the namespace that FIELD_NETNS (a path) or FIELD_PID (a process) names, or stays. For the
 * process of a job: it reports a failure and ends, in the words "for LABEL".
 */
void enter_network(struct reader body, const char *label);
/* An IPv4 or IPv6 address with a port; 0 and EINVAL when the text is none. */
socklen_t parse_address(const char *host, uint16_t port, union address *address);
/* The text and the port of an address. */
void write_address(const union address *address, char text[INET6_ADDRSTRLEN], uint16_t *port);

#endif
