#include "listen.h"
#include "job_child.h"
#include "link.h"
#include "loop.h"
#include "netns.h"
#include "operations.h"
#include "protocol.h"
#include "socket_stream.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    BACKLOG = 128,
    /* Of linux/netfilter_ipv4.h, whose headers clash with those of the C library. */
    ORIGINAL_DESTINATION = 80,
};

struct listener {
    struct watch watch;
    struct stream *stream; /* NULL: closed, and only its connections are left */
    unsigned connections;
};

void listen_target(struct reader body)
{
    union address address;
    int yes = 1;
    const char *host = text(body, FIELD_HOST);
    socklen_t length = parse_address(host, (uint16_t)field_number(body, FIELD_PORT, 0), &address);
    if (length == 0)
        fail_job(errno, "listen on", host);
    enter_network(body, host);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0)
        fail_job(errno, "listen on", host);
    if (address.any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (bind(fd, &address.any, length) < 0 || listen(fd, BACKLOG) < 0)
        fail_job(errno, "listen on", host);
    report_socket(RECORD_LISTENER, fd);
}

static void free_if_over(struct listener *listener)
{
    if (listener->stream == NULL && listener->connections == 0)
        loop_free(listener);
}

static void connection_over(void *argument)
{
    struct listener *listener = argument;
    listener->connections--;
    if (listener->stream != NULL)
        loop_change(&listener->watch, EPOLLIN);
    free_if_over(listener);
}

/* Where the peer meant to go, before the kernel's address translation led it here. */
static void original_target(int fd, const union address *local, union address *target)
{
    socklen_t length = sizeof *target;
    int level = local->any.sa_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    if (getsockopt(fd, level, ORIGINAL_DESTINATION, target, &length) < 0)
        *target = *local;
}

static void announce(struct listener *listener, struct stream *stream, int fd,
                     const union address *peer)
{
    uint8_t body[256];
    char host[INET6_ADDRSTRLEN];
    uint16_t port;
    union address local = {0}, target = {0};
    socklen_t length = sizeof local;
    struct writer writer = writer_of(body, sizeof body);
    getsockname(fd, &local.any, &length);
    original_target(fd, &local, &target);
    write_u8(&writer, OPEN_ACCEPTED);
    write_number_field(&writer, FIELD_STREAM, listener->stream->id);
    write_address(peer, host, &port);
    write_string_field(&writer, FIELD_HOST, host);
    write_number_field(&writer, FIELD_PORT, port);
    write_address(&target, host, &port);
    write_string_field(&writer, FIELD_TARGET, host);
    write_number_field(&writer, FIELD_TARGET_PORT, port);
    stream_open(stream, body, writer.used);
}

static void listener_ready(struct watch *watch, uint32_t events)
{
    struct listener *listener = OWNER_OF(watch, struct listener, watch);
    union address peer = {0};
    socklen_t length = sizeof peer;
    int yes = 1;
    (void)events;
    if (link_congested()) {
        loop_stall(watch);
        return;
    }
    /* Those that come now wait in the kernel's queue until one of ours is over. */
    if (listener->connections >= LISTENER_CONNECTIONS_MAX) {
        loop_change(watch, 0);
        return;
    }
    int fd = accept4(watch->fd, &peer.any, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    struct stream *stream = stream_create(NULL, NULL);
    if (stream == NULL) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    announce(listener, stream, fd, &peer);
    listener->connections++;
    job_connection(stream, fd, &(struct job_owner){connection_over, listener});
}

static void listener_closed(struct stream *stream)
{
    struct listener *listener = stream->owner;
    loop_remove(&listener->watch);
    listener->stream = NULL;
    free_if_over(listener);
}

static const struct stream_handlers handlers = {
    .data = ignore_data,
    .eof = ignore_channel,
    .credit = ignore_channel,
    .control = ignore_control,
    .closed = listener_closed,
};

void listener_start(struct stream *stream, int fd)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        stream_reset(stream, ENOMEM, "Memory is short");
        close(fd);
        return;
    }
    listener->stream = stream;
    stream->handlers = &handlers;
    stream->owner = listener;
    tell_socket(stream, fd);
    loop_add(&listener->watch, fd, EPOLLIN, listener_ready);
}
