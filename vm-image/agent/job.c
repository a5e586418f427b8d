#include "job.h"
#include "job_child.h"
#include "job_parts.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct job *first_job;

static void unlink_job(struct job *job)
{
    struct job **place = &first_job;
    while (*place != NULL && *place != job)
        place = &(*place)->next;
    if (*place == job)
        *place = job->next;
}

/* Lets everything go; the stream is gone already or goes now. */
void job_drop(struct job *job)
{
    if (job->stream == NULL)
        return;
    unlink_job(job);
    source_stop(&job->out);
    source_stop(&job->err);
    sink_stop(&job->in);
    loop_remove(&job->status);
    if (job->terminal >= 0)
        close(job->terminal);
    job->stream = NULL;
    if (job->owner.over != NULL)
        job->owner.over(job->owner.argument);
    loop_free(job);
}

/* Closes the stream once nothing can come any more. */
void job_finish_if_done(struct job *job)
{
    if (job->stream == NULL || !job->reported || !job->out.done || !job->err.done)
        return;
    if (job->pid != 0 && !job->exited && !job->failed)
        return;
    /* Each half of a connection ends on its own. */
    if (job->in.is_socket && !job->in.done)
        return;
    stream_close(job->stream);
    job_drop(job);
}

void job_out_finished(struct source *source)
{
    job_finish_if_done(OWNER_OF(source, struct job, out));
}

static void err_finished(struct source *source)
{
    job_finish_if_done(OWNER_OF(source, struct job, err));
}

static void in_finished(struct sink *sink)
{
    job_finish_if_done(OWNER_OF(sink, struct job, in));
}

static void status_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    job_read_records(OWNER_OF(watch, struct job, status));
}

void job_read_all(void)
{
    for (struct job *job = first_job, *next; job != NULL; job = next) {
        next = job->next;
        job_read_records(job);
    }
}

static void job_data(struct stream *stream, uint8_t channel, const uint8_t *data, size_t length)
{
    struct job *job = stream->owner;
    if (channel == CHANNEL_STDIN && job->in.stream != NULL)
        sink_put(&job->in, data, length);
    else
        stream_consumed(stream, channel, length);
}

static void job_eof(struct stream *stream, uint8_t channel)
{
    struct job *job = stream->owner;
    /* A terminal has no end that could be sent without ending its output too. */
    if (channel == CHANNEL_STDIN && job->terminal < 0)
        sink_end(&job->in);
}

static void job_credit(struct stream *stream, uint8_t channel)
{
    struct job *job = stream->owner;
    if (job->out.channel == channel)
        source_credit(&job->out);
    if (job->err.channel == channel)
        source_credit(&job->err);
}

static void job_control(struct stream *stream, struct reader body)
{
    struct job *job = stream->owner;
    uint8_t kind = read_u8(&body);
    if (kind == CONTROL_GO && job->pid != 0 && !job->reported)
        send(job->status.fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (kind != CONTROL_RESIZE || job->terminal < 0)
        return;
    struct winsize size = {.ws_col = (unsigned short)field_number(body, FIELD_COLUMNS, 80),
                           .ws_row = (unsigned short)field_number(body, FIELD_ROWS, 24)};
    ioctl(job->terminal, TIOCSWINSZ, &size);
}

/* A connection that is given up ends with a reset: its peer must not take that for the end. */
static void abort_connection(struct job *job)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    int fd = job->out.watch.ready != NULL ? job->out.watch.fd : job->in.watch.fd;
    if (job->in.is_socket && fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

static void job_closed(struct stream *stream)
{
    struct job *job = stream->owner;
    abort_connection(job);
    /* A process may have been made whose pid is not read yet. */
    job_read_records(job);
    /* The host gave up: what runs for it must not go on unseen. */
    if (job->helper > 0)
        kill(job->helper, SIGKILL);
    if (job->pid > 0 && !job->exited)
        kill(job->pid, SIGKILL);
    job_drop(job);
}

static const struct stream_handlers handlers = {
    .data = job_data,
    .eof = job_eof,
    .credit = job_credit,
    .control = job_control,
    .closed = job_closed,
};

static struct job *create_job(struct stream *stream)
{
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        stream_reset(stream, ENOMEM, "Memory is short");
        return NULL;
    }
    job->stream = stream;
    job->terminal = -1;
    job->out.done = job->err.done = true;
    /* Bytes may come before their sink does: they wait in its queue. */
    job->in.stream = stream;
    job->in.channel = CHANNEL_STDIN;
    job->in.finished = in_finished;
    stream->handlers = &handlers;
    stream->owner = job;
    job->next = first_job;
    first_job = job;
    return job;
}

void job_start(struct stream *stream, int stdio, struct reader body,
               void (*work)(struct reader body))
{
    struct job_ends ends;
    struct job *job = create_job(stream);
    if (job == NULL)
        return;
    pid_t pid = job_fork(stdio, &ends);
    if (pid == 0) {
        work(body);
        _exit(0);
    }
    if (pid < 0) {
        int saved = errno;
        stream_reset(stream, saved, "Cannot make a process");
        job_drop(job);
        return;
    }
    job->helper = pid;
    loop_add(&job->status, ends.status, EPOLLIN, status_ready);
    if (ends.in >= 0)
        sink_start(&job->in, ends.in, stream, CHANNEL_STDIN, false);
    if (ends.out >= 0)
        source_start(&job->out, ends.out, stream, CHANNEL_STDOUT, job_out_finished);
    if (ends.err >= 0)
        source_start(&job->err, ends.err, stream, CHANNEL_STDERR, err_finished);
}

void job_connection(struct stream *stream, int fd, const struct job_owner *owner)
{
    struct job *job = create_job(stream);
    if (job == NULL) {
        close(fd);
        if (owner != NULL)
            owner->over(owner->argument);
        return;
    }
    if (owner != NULL)
        job->owner = *owner;
    job->reported = true;
    job_take_connection(job, fd);
}

void job_reaped(pid_t pid, int wait_status)
{
    for (struct job *job = first_job; job != NULL; job = job->next) {
        if (job->helper == pid) {
            job->helper = 0;
            return;
        }
        if (job->pid == pid && !job->exited) {
            job->exited = true;
            job->wait_status = wait_status;
            if (job->reported && !job->failed)
                job_report_exit(job);
            job_finish_if_done(job);
            return;
        }
    }
}

pid_t job_pid(uint32_t stream_id)
{
    for (struct job *job = first_job; job != NULL; job = job->next) {
        if (job->stream->id == stream_id && job->pid != 0 && !job->exited)
            return job->pid;
    }
    return 0;
}
