#include "connect.h"
#include "job.h"
#include "job_child.h"
#include "loop.h"
#include "netns.h"
#include "operations.h"
#include "protocol.h"
#include "socket_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
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

/* The host packs small writes itself; a second Nagle would only wait. */
static void send_at_once(int fd)
{
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void connect_target(struct reader body)
{
    uint8_t data[1] = {RECORD_CONNECTION};
    struct writer record = {.data = data, .size = 1, .used = 1};
    union address address;
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
    if (address.any.sa_family != AF_UNIX)
        send_at_once(fd);
    report_record(&record, fd);
    report_done();
}

/* A connection that the kernel makes while the loop goes on. */
struct attempt {
    struct watch watch;
    struct stream *stream;
    char host[INET6_ADDRSTRLEN];
};

static void refuse(struct stream *stream, int error, const char *host)
{
    char message[INET6_ADDRSTRLEN + 32];
    snprintf(message, sizeof message, "Cannot connect to \"%s\"", host);
    stream_reset(stream, error, message);
}

static void release(struct attempt *attempt)
{
    loop_remove(&attempt->watch);
    loop_free(attempt);
}

static void attempt_over(struct watch *watch, uint32_t events)
{
    struct attempt *attempt = OWNER_OF(watch, struct attempt, watch);
    struct stream *stream = attempt->stream;
    uint8_t result[1] = {CONTROL_RESULT};
    int error = 0;
    socklen_t length = sizeof error;
    (void)events;
    if (getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        error = errno;
    /* The watch closes its own. */
    int fd = error == 0 ? fcntl(watch->fd, F_DUPFD_CLOEXEC, 3) : -1;
    if (fd < 0) {
        refuse(stream, error == 0 ? errno : error, attempt->host);
    } else {
        send_at_once(fd);
        stream_control(stream, result, sizeof result);
        job_connection(stream, fd, NULL);
    }
    release(attempt);
}

static void attempt_closed(struct stream *stream)
{
    release(stream->owner);
}

static const struct stream_handlers handlers = {
    .data = ignore_data,
    .eof = ignore_channel,
    .credit = ignore_channel,
    .control = ignore_control,
    .closed = attempt_closed,
};

bool connect_here(struct stream *stream, struct reader body)
{
    union address address;
    char *path = field_string(body, FIELD_PATH), *netns = field_string(body, FIELD_NETNS);
    char *host = field_string(body, FIELD_HOST);
    bool here = path == NULL && netns == NULL && field_number(body, FIELD_PID, 0) == 0;
    uint16_t port = (uint16_t)field_number(body, FIELD_PORT, 0);
    socklen_t length = host == NULL ? 0 : parse_address(host, port, &address);
    struct attempt *attempt = here && length != 0 ? calloc(1, sizeof *attempt) : NULL;
    if (attempt != NULL)
        snprintf(attempt->host, sizeof attempt->host, "%s", host);
    free(path);
    free(netns);
    free(host);
    if (attempt == NULL)
        return false;
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || (connect(fd, &address.any, length) < 0 && errno != EINPROGRESS)) {
        refuse(stream, errno, attempt->host);
        if (fd >= 0)
            close(fd);
        free(attempt);
        return true;
    }
    attempt->stream = stream;
    stream->handlers = &handlers;
    stream->owner = attempt;
    loop_add(&attempt->watch, fd, EPOLLOUT, attempt_over);
    return true;
}
