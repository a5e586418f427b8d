#include "docker_output.h"
#include "protocol.h"
#include "queue.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    int fd;
    bool may_wait; /* the description is shared, so it must stay blocking */
    uint32_t consumed;
    struct queue queue;
};

static struct output outputs[2];
static uint32_t credit_batch = STREAM_CREDIT_BATCH;

/*
 * A description of our own for a pipe or a terminal, so that only we do not wait there; the
 * inherited one is shared with the shell. A file never waits, a socket cannot be opened again.
 */
static struct output open_output(int fd)
{
    char path[32];
    struct stat status;
    struct output output = {.fd = fd};
    if (fstat(fd, &status) < 0 || S_ISREG(status.st_mode))
        return output;
    output.may_wait = true;
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (own >= 0) {
            output.fd = own;
            output.may_wait = false;
        }
    }
    return output;
}

static struct output *output_of(uint8_t channel)
{
    return channel == CHANNEL_STDOUT ? &outputs[0] : channel == CHANNEL_STDERR ? &outputs[1] : NULL;
}

void start_output(void)
{
    outputs[0] = open_output(STDOUT_FILENO);
    outputs[1] = open_output(STDERR_FILENO);
}

static void consume(struct output *output, uint8_t channel, size_t length)
{
    output->consumed += (uint32_t)length;
    if (output->consumed < credit_batch)
        return;
    send_credit(channel, output->consumed);
    output->consumed = 0;
}

void write_through(bool wanted)
{
    credit_batch = wanted ? 1 : STREAM_CREDIT_BATCH;
    consume(&outputs[0], CHANNEL_STDOUT, 0);
    consume(&outputs[1], CHANNEL_STDERR, 0);
}

void put_output(uint8_t channel, const uint8_t *data, size_t length)
{
    struct output *output = output_of(channel);
    if (output == NULL)
        return;
    bool idle = output->queue.used == 0;
    if (output->queue.used + length > STREAM_WINDOW || !queue_put(&output->queue, data, length))
        return;
    if (idle && !output->may_wait)
        write_output(channel);
}

int output_fd(uint8_t channel)
{
    struct output *output = output_of(channel);
    return output->queue.used > 0 ? output->fd : -1;
}

void write_output(uint8_t channel)
{
    struct output *output = output_of(channel);
    size_t length = output->queue.used;
    if (length == 0)
        return;
    /* poll promises room for this much in a pipe. */
    if (output->may_wait && length > PIPE_BUF)
        length = PIPE_BUF;
    ssize_t written = write(output->fd, queue_head(&output->queue), length);
    if (written < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (written < 0 && errno == EPIPE)
        send_broken_pipe(channel);
    /* A closed terminal or a full disk: what cannot be written is gone, as for any program. */
    size_t done = written < 0 ? output->queue.used : (size_t)written;
    queue_drop(&output->queue, done);
    consume(output, channel, done);
}

bool output_pending(void)
{
    return outputs[0].queue.used > 0 || outputs[1].queue.used > 0;
}
