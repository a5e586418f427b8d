/* `docker-proxy`: holds a published port of the machine and passes on what comes to a container. */
#ifndef PROXY_H
#define PROXY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct proxy_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* An IPv4 or IPv6 address in text with a port; false when it is none. */
bool proxy_address(struct proxy_address *address, const char *host, const char *port);

int proxy_main(int argc, char **argv);

/* Serve for ever; both sides may end a direction by themselves. */
_Noreturn void proxy_tcp(int listener, const struct proxy_address *target);
_Noreturn void proxy_udp(int listener, const struct proxy_address *target);
/* Copies between two connected sockets until both directions have ended. */
void proxy_copy(int left, int right);

#endif
