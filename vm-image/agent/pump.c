#include "pump.h"
#include "link.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    /* A read so soon after the last one belongs to the same burst. */
    BURST_US = 10000,
    GATHER_US = 2000,
    MUCH_OF_PIPE = 16384,
    /* The line discipline's buffer holds 4095: more never comes in one read. */
    MUCH_OF_TERMINAL = 2048,
};

static uint8_t scratch[65536];

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void end_source(struct source *source)
{
    if (source->done)
        return;
    source->done = true;
    loop_remove(&source->watch);
    if (source->stream != NULL)
        stream_eof(source->stream, source->channel);
    if (source->finished != NULL)
        source->finished(source);
}

/* Rests in a burst of little: more is likely to come. */
static void rest_after(struct source *source, size_t length)
{
    int64_t now = loop_now_us();
    if (length < source->much && now - source->read_us < BURST_US)
        loop_rest(&source->watch, now + GATHER_US);
    source->read_us = now;
}

static void source_ready(struct watch *watch, uint32_t events)
{
    struct source *source = OWNER_OF(watch, struct source, watch);
    size_t most = source->stream->send_credit[source->channel];
    (void)events;
    if (link_congested()) {
        loop_stall(watch);
        return;
    }
    if (most == 0) {
        loop_change(watch, 0);
        return;
    }
    ssize_t length = read(watch->fd, scratch, most < sizeof scratch ? most : sizeof scratch);
    if (length > 0) {
        stream_send(source->stream, source->channel, scratch, (size_t)length);
        rest_after(source, (size_t)length);
    }
    /* EIO is how a terminal's master says that no slave is open any more. */
    else if (length == 0 || (errno != EAGAIN && errno != EINTR))
        end_source(source);
}

void source_start(struct source *source, int fd, struct stream *stream, uint8_t channel,
                  void (*finished)(struct source *source))
{
    set_nonblocking(fd);
    source->stream = stream;
    source->channel = channel;
    source->done = false;
    source->much = isatty(fd) ? MUCH_OF_TERMINAL : MUCH_OF_PIPE;
    source->read_us = 0;
    source->finished = finished;
    loop_add(&source->watch, fd, EPOLLIN, source_ready);
}

void source_credit(struct source *source)
{
    if (!source->done)
        loop_change(&source->watch, EPOLLIN);
}

void source_stop(struct source *source)
{
    source->done = true;
    loop_remove(&source->watch);
}

static void tell_finished(struct sink *sink)
{
    if (sink->done)
        return;
    sink->done = true;
    if (sink->finished != NULL)
        sink->finished(sink);
}

static void break_sink(struct sink *sink)
{
    size_t lost = sink->queue.used;
    struct stream *stream = sink->stream;
    sink->broken = true;
    queue_free(&sink->queue);
    loop_remove(&sink->watch);
    stream_consumed(stream, sink->channel, lost);
    tell_finished(sink);
}

static void finish_sink(struct sink *sink)
{
    if (sink->is_socket)
        shutdown(sink->watch.fd, SHUT_WR);
    queue_free(&sink->queue);
    loop_remove(&sink->watch);
    tell_finished(sink);
}

/* Writes what the descriptor takes; the result is how much, 0 also when it broke. */
static size_t write_some(struct sink *sink, const uint8_t *data, size_t length)
{
    ssize_t written = sink->is_socket
                          ? send(sink->watch.fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT)
                          : write(sink->watch.fd, data, length);
    if (written >= 0)
        return (size_t)written;
    if (errno != EAGAIN && errno != EINTR)
        break_sink(sink);
    return 0;
}

static void sink_ready(struct watch *watch, uint32_t events)
{
    struct sink *sink = OWNER_OF(watch, struct sink, watch);
    (void)events;
    if (sink->queue.used > 0) {
        size_t written = write_some(sink, queue_head(&sink->queue), sink->queue.used);
        if (sink->broken)
            return;
        queue_drop(&sink->queue, written);
        stream_consumed(sink->stream, sink->channel, written);
    }
    if (sink->queue.used > 0)
        return;
    if (sink->ending)
        finish_sink(sink);
    else
        loop_change(watch, 0);
}

void sink_start(struct sink *sink, int fd, struct stream *stream, uint8_t channel, bool is_socket)
{
    set_nonblocking(fd);
    sink->stream = stream;
    sink->channel = channel;
    sink->is_socket = is_socket;
    loop_add(&sink->watch, fd, sink->queue.used > 0 || sink->ending ? EPOLLOUT : 0, sink_ready);
}

void sink_put(struct sink *sink, const uint8_t *data, size_t length)
{
    size_t written = 0;
    if (sink->stream == NULL)
        return;
    if (!sink->broken && sink->queue.used == 0 && sink->watch.ready != NULL)
        written = write_some(sink, data, length);
    if (sink->broken ||
        (length > written && !queue_put(&sink->queue, data + written, length - written))) {
        stream_consumed(sink->stream, sink->channel, length);
        return;
    }
    stream_consumed(sink->stream, sink->channel, written);
    if (sink->queue.used > 0)
        loop_change(&sink->watch, EPOLLOUT);
}

void sink_end(struct sink *sink)
{
    sink->ending = true;
    if (sink->queue.used == 0 && sink->watch.ready != NULL)
        finish_sink(sink);
}

void sink_stop(struct sink *sink)
{
    sink->stream = NULL;
    queue_free(&sink->queue);
    loop_remove(&sink->watch);
}
