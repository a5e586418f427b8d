/*
 * A `docker` program speaks the stream protocol itself, one message (without stream number) per
 * packet of its socket, and the agent passes messages on in both directions. So credit holds from
 * end to end and the agent's queue stays as short as the windows are.
 */
#include "local.h"
#include "die.h"
#include "job.h"
#include "link.h"
#include "loop.h"
#include "protocol.h"
#include "queue.h"
#include "stream.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    /* Both windows to the program, with room for control messages. */
    QUEUE_SIZE_MAX = 2 * STREAM_WINDOW + 65536,
    PACKET_SIZE_MAX = 65536 + 2,
    BACKLOG = 64,
};

struct client {
    struct watch watch;
    struct stream *stream;
    bool opened;
    bool ending;        /* the stream is closed: only the queue is left */
    struct queue queue; /* packets, each after its length in 4 bytes */
};

static void release(struct client *client)
{
    loop_remove(&client->watch);
    queue_free(&client->queue);
    loop_free(client);
}

static void abandon(struct client *client)
{
    if (!client->ending) {
        if (client->opened)
            stream_reset(client->stream, EPIPE, "The program is gone");
        else
            stream_close(client->stream);
    }
    release(client);
}

static void write_queue(struct client *client)
{
    while (client->queue.used > 0) {
        uint32_t length;
        memcpy(&length, queue_head(&client->queue), sizeof length);
        ssize_t sent = send(client->watch.fd, queue_head(&client->queue) + sizeof length, length,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            loop_change(&client->watch, EPOLLIN | EPOLLOUT);
            return;
        }
        if (sent < 0) {
            abandon(client);
            return;
        }
        queue_drop(&client->queue, sizeof length + length);
    }
    if (client->ending)
        release(client);
    else
        loop_change(&client->watch, EPOLLIN);
}

static void put_packet(struct client *client, uint8_t type, uint8_t channel, const uint8_t *data,
                       size_t length)
{
    uint8_t head[6] = {0};
    uint32_t size = (uint32_t)length + 2;
    memcpy(head, &size, sizeof size);
    head[4] = type;
    head[5] = channel;
    if (client->queue.used + length > QUEUE_SIZE_MAX ||
        !queue_put(&client->queue, head, sizeof head) ||
        (length > 0 && !queue_put(&client->queue, data, length)))
        abandon(client);
}

static void relay_to_client(struct stream *stream, uint8_t type, uint8_t channel,
                            const uint8_t *data, size_t length)
{
    struct client *client = stream->owner;
    bool idle = client->queue.used == 0;
    put_packet(client, type, channel, data, length);
    if (idle && client->watch.ready != NULL)
        write_queue(client);
}

static void closed_by_host(struct stream *stream)
{
    struct client *client = stream->owner;
    client->ending = true;
    if (client->watch.ready == NULL)
        return;
    if (client->queue.used == 0)
        release(client);
}

static const struct stream_handlers handlers = {
    .closed = closed_by_host,
    .relay = relay_to_client,
};

static bool is_allowed(const struct client *client, uint8_t type)
{
    uint8_t plain = type & (uint8_t)~MESSAGE_MORE;
    return client->opened ? plain >= MESSAGE_DATA && plain <= MESSAGE_CONTROL
                          : plain == MESSAGE_OPEN;
}

static void client_ready(struct watch *watch, uint32_t events)
{
    static uint8_t packet[PACKET_SIZE_MAX];
    struct client *client = OWNER_OF(watch, struct client, watch);
    if ((events & EPOLLOUT) != 0) {
        write_queue(client);
        return;
    }
    if (link_congested()) {
        loop_stall(watch);
        return;
    }
    ssize_t length = recv(watch->fd, packet, sizeof packet, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* The host is done: what the program still grants or types is of no use. */
    if (length >= 2 && client->ending)
        return;
    if (length < 2 || !is_allowed(client, packet[0])) {
        abandon(client);
        return;
    }
    stream_relay(client->stream, packet[0], packet[1], packet + 2, (size_t)length - 2);
    if (packet[0] == MESSAGE_OPEN)
        client->opened = true;
}

static void agent_socket_ready(struct watch *watch, uint32_t events)
{
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct client *client = fd < 0 ? NULL : calloc(1, sizeof *client);
    (void)events;
    if (client != NULL)
        client->stream = stream_create(&handlers, client);
    if (client == NULL || client->stream == NULL) {
        free(client);
        if (fd >= 0)
            close(fd);
        return;
    }
    loop_add(&client->watch, fd, EPOLLIN, client_ready);
}

static void docker_socket_ready(struct watch *watch, uint32_t events)
{
    uint8_t body[1] = {OPEN_SOCKET};
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct stream *stream = fd < 0 ? NULL : stream_create(NULL, NULL);
    (void)events;
    if (stream == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    stream_open(stream, body, sizeof body);
    job_connection(stream, fd, NULL);
}

static void listen_on(struct watch *watch, const char *path, int type,
                      void (*ready)(struct watch *watch, uint32_t events))
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(path, 0660) < 0 || listen(fd, BACKLOG) < 0) {
        say("Cannot listen on \"%s\": %s", path, strerror(errno));
        return;
    }
    loop_add(watch, fd, EPOLLIN, ready);
}

void local_start(void)
{
    static struct watch agent_socket, docker_socket;
    listen_on(&agent_socket, AGENT_SOCKET_PATH, SOCK_SEQPACKET, agent_socket_ready);
    listen_on(&docker_socket, DOCKER_SOCKET_PATH, SOCK_STREAM, docker_socket_ready);
}
