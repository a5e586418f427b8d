#include "netns.h"
#include "job_child.h"
#include "operations.h"
#include "protocol.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int setns(int fd, int flags);

enum { CLONE_NEW_NETWORK = 0x40000000 };

void enter_network(struct reader body, const char *label)
{
    const char *path = text(body, FIELD_NETNS);
    int pid = (int)field_number(body, FIELD_PID, 0);
    if (*path == '\0' && pid == 0)
        return;
    int fd =
        *path != '\0' ? open(path, O_RDONLY | O_CLOEXEC) : (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0 || setns(fd, CLONE_NEW_NETWORK) < 0)
        fail_job(errno, "enter the network of the process for", label);
    close(fd);
}

socklen_t parse_address(const char *host, uint16_t port, union address *address)
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

void write_address(const union address *address, char text[INET6_ADDRSTRLEN], uint16_t *port)
{
    bool old = address->any.sa_family == AF_INET;
    const void *bytes = old ? (const void *)&address->in.sin_addr : &address->in6.sin6_addr;
    *port = ntohs(old ? address->in.sin_port : address->in6.sin6_port);
    if (inet_ntop(old ? AF_INET : AF_INET6, bytes, text, INET6_ADDRSTRLEN) == NULL)
        text[0] = '\0';
}
