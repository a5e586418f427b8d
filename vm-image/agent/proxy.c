/*
 * The machine's own connections to a published port, and those to an IPv6 address of a port whose
 * container has none, do not go through the packet filter's address translation: as in Docker, a
 * process for each port takes them. It says "0" on its standard output once it listens, or else
 * what went wrong.
 */
#include "proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 128 };

struct options {
    const char *protocol;
    const char *host_ip;
    const char *host_port;
    const char *container_ip;
    const char *container_port;
};

bool proxy_address(struct proxy_address *address, const char *host, const char *port)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address->storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address->storage;
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    memset(address, 0, sizeof *address);
    if (*port == '\0' || *end != '\0' || number > UINT16_MAX)
        return false;
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)number);
        address->length = sizeof *v4;
        return true;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons((uint16_t)number);
    address->length = sizeof *v6;
    return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
}

/* What is left of the connections goes with it. */
static void end_all(int number)
{
    (void)number;
    kill(0, SIGKILL);
    _exit(0);
}

static void read_options(struct options *options, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "-proto") == 0)
            options->protocol = argv[i + 1];
        else if (strcmp(argv[i], "-host-ip") == 0)
            options->host_ip = argv[i + 1];
        else if (strcmp(argv[i], "-host-port") == 0)
            options->host_port = argv[i + 1];
        else if (strcmp(argv[i], "-container-ip") == 0)
            options->container_ip = argv[i + 1];
        else if (strcmp(argv[i], "-container-port") == 0)
            options->container_port = argv[i + 1];
    }
}

/* The listening socket, or -1 with errno. */
static int open_listener(const struct proxy_address *host, bool datagrams)
{
    int one = 1;
    int type = datagrams ? SOCK_DGRAM : SOCK_STREAM;
    int fd = socket(host->storage.ss_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (!datagrams)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (host->storage.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)&host->storage, host->length) == 0 &&
        (datagrams || listen(fd, LISTEN_BACKLOG) == 0))
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int proxy_main(int argc, char **argv)
{
    struct options options = {"tcp", "0.0.0.0", "", "", ""};
    struct proxy_address host;
    struct proxy_address container;
    read_options(&options, argc, argv);
    bool datagrams = strcmp(options.protocol, "udp") == 0;
    if ((!datagrams && strcmp(options.protocol, "tcp") != 0) ||
        !proxy_address(&host, options.host_ip, options.host_port) ||
        !proxy_address(&container, options.container_ip, options.container_port)) {
        printf("protocol not supported\n");
        return 1;
    }
    int listener = open_listener(&host, datagrams);
    if (listener < 0) {
        printf("%s\n", errno == EADDRINUSE      ? "address already in use"
                       : errno == EADDRNOTAVAIL ? "cannot assign requested address"
                                                : strerror(errno));
        return 1;
    }
    prctl(PR_SET_NAME, "docker-proxy");
    signal(SIGTERM, end_all);
    signal(SIGINT, end_all);
    signal(SIGPIPE, SIG_IGN);
    printf("0\n");
    fflush(stdout);
    close(STDOUT_FILENO);
    if (datagrams)
        proxy_udp(listener, &container);
    proxy_tcp(listener, &container);
}
