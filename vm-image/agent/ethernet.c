#include "ethernet.h"
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
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LENGTH_SIZE = 2 };

struct ethernet {
    struct watch watch;
    struct stream *stream;
    struct queue outgoing; /* frames of the host of which the rest is to come */
};

void ethernet_target(struct reader body)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL};
    const char *name = text(body, FIELD_NAME);
    if (strlen(name) >= IFNAMSIZ)
        fail_job(ENAMETOOLONG, "make the network interface", name);
    enter_network(body, name);
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    memcpy(request.ifr_name, name, strlen(name));
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
        fail_job(errno, "make the network interface", name);
    report_socket(RECORD_ETHERNET, fd);
}

static void frame_ready(struct watch *watch, uint32_t events)
{
    static uint8_t buffer[LENGTH_SIZE + ETHERNET_SIZE_MAX + 1];
    struct ethernet *ethernet = OWNER_OF(watch, struct ethernet, watch);
    (void)events;
    if (link_congested()) {
        loop_stall(watch);
        return;
    }
    /* What finds no room waits in the device, which drops what is too much. */
    if (ethernet->stream->send_credit[CHANNEL_STDIN] < sizeof buffer) {
        loop_change(watch, 0);
        return;
    }
    ssize_t size = read(watch->fd, buffer + LENGTH_SIZE, ETHERNET_SIZE_MAX + 1);
    /* One that is longer than the host takes is lost, as on a wire. */
    if (size <= 0 || size > ETHERNET_SIZE_MAX)
        return;
    struct writer writer = writer_of(buffer, LENGTH_SIZE);
    write_u16(&writer, (uint16_t)size);
    stream_send(ethernet->stream, CHANNEL_STDIN, buffer, LENGTH_SIZE + (size_t)size);
}

/* Hands on what is complete. The device refuses what is no frame, or when it is down. */
static void receive_complete(struct ethernet *ethernet)
{
    struct queue *queue = &ethernet->outgoing;
    while (queue->used >= LENGTH_SIZE) {
        struct reader reader = reader_of(queue_head(queue), queue->used);
        size_t length = read_u16(&reader);
        if (reader.left < length)
            return;
        if (write(ethernet->watch.fd, reader.data, length) < 0)
            errno = 0;
        queue_drop(queue, LENGTH_SIZE + length);
        stream_consumed(ethernet->stream, CHANNEL_STDIN, LENGTH_SIZE + length);
    }
}

static void release(struct ethernet *ethernet)
{
    loop_remove(&ethernet->watch);
    queue_free(&ethernet->outgoing);
    loop_free(ethernet);
}

static void ethernet_data(struct stream *stream, uint8_t channel, const uint8_t *data,
                          size_t length)
{
    struct ethernet *ethernet = stream->owner;
    if (channel != CHANNEL_STDIN) {
        stream_consumed(stream, channel, length);
        return;
    }
    if (!queue_put(&ethernet->outgoing, data, length)) {
        stream_reset(stream, ENOMEM, "Memory is short");
        release(ethernet);
        return;
    }
    receive_complete(ethernet);
}

static void ethernet_credit(struct stream *stream, uint8_t channel)
{
    struct ethernet *ethernet = stream->owner;
    if (channel == CHANNEL_STDIN)
        loop_change(&ethernet->watch, EPOLLIN);
}

static void ethernet_closed(struct stream *stream)
{
    release(stream->owner);
}

static const struct stream_handlers handlers = {
    .data = ethernet_data,
    .eof = ignore_channel,
    .credit = ethernet_credit,
    .control = ignore_control,
    .closed = ethernet_closed,
};

void ethernet_start(struct stream *stream, int fd)
{
    uint8_t result[1] = {CONTROL_RESULT};
    struct ethernet *ethernet = calloc(1, sizeof *ethernet);
    if (ethernet == NULL) {
        stream_reset(stream, ENOMEM, "Memory is short");
        close(fd);
        return;
    }
    ethernet->stream = stream;
    stream->handlers = &handlers;
    stream->owner = ethernet;
    stream_control(stream, result, sizeof result);
    loop_add(&ethernet->watch, fd, EPOLLIN, frame_ready);
}
