#include "connect.h"
#include "job.h"
#include "job_child.h"
#include "operations.h"
#include "protocol.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

int setns(int fd, int flags);

enum { CLONE_NEW_NETWORK = 0x40000000 };

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

static socklen_t tcp_address(const char *host, uint16_t port, union address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, host, &address->in.sin_addr) == 1) {
        address->in.sin_family = AF_INET;
        address->in.sin_port = htons(port);
        return sizeof address->in;
    }
    if (inet_pton(AF_INET6, host, &address->in6.sin6_addr) == 1) {
        address->in6.sin6_family = AF_INET6;
        address->in6.sin6_port = htons(port);
        return sizeof address->in6;
    }
    errno = EINVAL;
    return 0;
}

static socklen_t unix_address(const char *path, union address *address)
{
    memset(address, 0, sizeof *address);
    address->un.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->un.sun_path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    snprintf(address->un.sun_path, sizeof address->un.sun_path, "%s", path);
    return sizeof address->un;
}

static void enter_network(int pid, const char *label)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0 || setns(fd, CLONE_NEW_NETWORK) < 0)
        fail_job(errno, "enter the network of the process for", label);
    close(fd);
}

void connect_target(struct reader body)
{
    uint8_t data[1] = {RECORD_CONNECTION};
    struct writer record = {.data = data, .size = 1, .used = 1};
    union address address;
    int yes = 1;
    const char *path = text(body, FIELD_PATH);
    const char *host = text(body, FIELD_HOST);
    const char *label = *path != '\0' ? path : host;
    uint16_t port = (uint16_t)field_number(body, FIELD_PORT, 0);
    int pid = (int)field_number(body, FIELD_PID, 0);
    socklen_t length =
        *path != '\0' ? unix_address(path, &address) : tcp_address(host, port, &address);
    if (length == 0)
        fail_job(errno, "connect to", label);
    if (pid != 0)
        enter_network(pid, label);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, &address.any, length) < 0)
        fail_job(errno, "connect to", label);
    /* The host packs small writes itself; a second Nagle would only wait. */
    if (address.any.sa_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    report_record(&record, fd);
    report_done();
}
