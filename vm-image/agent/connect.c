#include "connect.h"
#include "job.h"
#include "job_child.h"
#include "netns.h"
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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
    socklen_t length =
        *path != '\0' ? unix_address(path, &address) : parse_address(host, port, &address);
    if (length == 0)
        fail_job(errno, "connect to", label);
    enter_network(body, label);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, &address.any, length) < 0)
        fail_job(errno, "connect to", label);
    /* The host packs small writes itself; a second Nagle would only wait. */
    if (address.any.sa_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    report_record(&record, fd);
    report_done();
}
