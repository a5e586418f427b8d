#include "datagrams.h"
#include "job.h"
#include "job_child.h"
#include "link.h"
#include "loop.h"
#include "netns.h"
#include "operations.h"
#include "protocol.h"
#include "queue.h"
#include "socket_stream.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct datagrams {
    struct watch watch;
    struct stream *stream;
    struct queue outgoing; /* datagrams of the host of which the rest is to come */
};

void datagrams_target(struct reader body)
{
    union address address;
    const char *host = text(body, FIELD_HOST);
    socklen_t length = parse_address(host, (uint16_t)field_number(body, FIELD_PORT, 0), &address);
    if (length == 0)
        fail_job(errno, "open a datagram socket on", host);
    enter_network(body, host);
    int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, &address.any, length) < 0)
        fail_job(errno, "open a datagram socket on", host);
    report_socket(RECORD_DATAGRAMS, fd);
}

static void write_header(uint8_t *header, const union address *peer, size_t length)
{
    struct writer writer = writer_of(header, DATAGRAM_HEADER_SIZE);
    bool old = peer->any.sa_family == AF_INET;
    uint8_t bytes[16] = {0};
    memcpy(bytes, old ? (const void *)&peer->in.sin_addr : &peer->in6.sin6_addr, old ? 4 : 16);
    write_u8(&writer, old ? 4 : 6);
    write_u16(&writer, ntohs(old ? peer->in.sin_port : peer->in6.sin6_port));
    write_bytes(&writer, bytes, sizeof bytes);
    write_u16(&writer, (uint16_t)length);
}

static socklen_t read_header(struct reader *reader, union address *peer, uint16_t *length)
{
    uint8_t family = read_u8(reader);
    uint16_t port = htons(read_u16(reader));
    const uint8_t *bytes = read_bytes(reader, 16);
    *length = read_u16(reader);
    memset(peer, 0, sizeof *peer);
    if (family == 4) {
        peer->in.sin_family = AF_INET;
        peer->in.sin_port = port;
        memcpy(&peer->in.sin_addr, bytes, 4);
        return sizeof peer->in;
    }
    peer->in6.sin6_family = AF_INET6;
    peer->in6.sin6_port = port;
    memcpy(&peer->in6.sin6_addr, bytes, 16);
    return sizeof peer->in6;
}

static void datagram_ready(struct watch *watch, uint32_t events)
{
    static uint8_t buffer[DATAGRAM_HEADER_SIZE + DATAGRAM_SIZE_MAX];
    struct datagrams *datagrams = OWNER_OF(watch, struct datagrams, watch);
    union address peer = {0};
    socklen_t length = sizeof peer;
    (void)events;
    if (link_congested()) {
        loop_stall(watch);
        return;
    }
    /* What finds no room waits in the kernel, which drops what is too much. */
    if (datagrams->stream->send_credit[CHANNEL_STDIN] < sizeof buffer) {
        loop_change(watch, 0);
        return;
    }
    ssize_t size = recvfrom(watch->fd, buffer + DATAGRAM_HEADER_SIZE, DATAGRAM_SIZE_MAX, 0,
                            &peer.any, &length);
    if (size < 0)
        return;
    write_header(buffer, &peer, (size_t)size);
    stream_send(datagrams->stream, CHANNEL_STDIN, buffer, DATAGRAM_HEADER_SIZE + (size_t)size);
}

/* Sends what is complete. A datagram that cannot be sent now is lost, as datagrams may be. */
static void send_complete(struct datagrams *datagrams)
{
    struct queue *queue = &datagrams->outgoing;
    while (queue->used >= DATAGRAM_HEADER_SIZE) {
        union address peer;
        uint16_t length;
        struct reader reader = reader_of(queue_head(queue), queue->used);
        socklen_t peer_length = read_header(&reader, &peer, &length);
        if (reader.left < length)
            return;
        sendto(datagrams->watch.fd, reader.data, length, MSG_DONTWAIT | MSG_NOSIGNAL, &peer.any,
               peer_length);
        queue_drop(queue, DATAGRAM_HEADER_SIZE + (size_t)length);
        stream_consumed(datagrams->stream, CHANNEL_STDIN, DATAGRAM_HEADER_SIZE + (size_t)length);
    }
}

static void release(struct datagrams *datagrams)
{
    loop_remove(&datagrams->watch);
    queue_free(&datagrams->outgoing);
    loop_free(datagrams);
}

static void datagrams_data(struct stream *stream, uint8_t channel, const uint8_t *data,
                           size_t length)
{
    struct datagrams *datagrams = stream->owner;
    if (channel != CHANNEL_STDIN) {
        stream_consumed(stream, channel, length);
        return;
    }
    if (!queue_put(&datagrams->outgoing, data, length)) {
        stream_reset(stream, ENOMEM, "Memory is short");
        release(datagrams);
        return;
    }
    send_complete(datagrams);
}

static void datagrams_credit(struct stream *stream, uint8_t channel)
{
    struct datagrams *datagrams = stream->owner;
    if (channel == CHANNEL_STDIN)
        loop_change(&datagrams->watch, EPOLLIN);
}

static void datagrams_closed(struct stream *stream)
{
    release(stream->owner);
}

static const struct stream_handlers handlers = {
    .data = datagrams_data,
    .eof = ignore_channel,
    .credit = datagrams_credit,
    .control = ignore_control,
    .closed = datagrams_closed,
};

void datagrams_start(struct stream *stream, int fd)
{
    struct datagrams *datagrams = calloc(1, sizeof *datagrams);
    if (datagrams == NULL) {
        stream_reset(stream, ENOMEM, "Memory is short");
        close(fd);
        return;
    }
    datagrams->stream = stream;
    stream->handlers = &handlers;
    stream->owner = datagrams;
    tell_socket(stream, fd);
    loop_add(&datagrams->watch, fd, EPOLLIN, datagram_ready);
}
