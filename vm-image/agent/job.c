#include "job.h"
#include "job_child.h"
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
static void drop_job(struct job *job)
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
    loop_free(job);
}

/* Closes the stream once nothing can come any more. */
static void finish_if_done(struct job *job)
{
    if (job->stream == NULL || !job->reported || !job->out.done || !job->err.done)
        return;
    if (job->pid != 0 && !job->exited && !job->failed)
        return;
    /* Each half of a connection ends on its own. */
    if (job->in.is_socket && !job->in.done)
        return;
    stream_close(job->stream);
    drop_job(job);
}

static void out_finished(struct source *source)
{
    finish_if_done(OWNER_OF(source, struct job, out));
}

static void err_finished(struct source *source)
{
    finish_if_done(OWNER_OF(source, struct job, err));
}

static void in_finished(struct sink *sink)
{
    finish_if_done(OWNER_OF(sink, struct job, in));
}

static void take_terminal(struct job *job, int fd)
{
    int writer = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    job->terminal = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    /* The pipes that were made before the plan asked for a terminal make room for it. */
    loop_remove(&job->in.watch);
    loop_remove(&job->out.watch);
    source_start(&job->out, fd, job->stream, CHANNEL_STDOUT, out_finished);
    sink_start(&job->in, writer, job->stream, CHANNEL_STDIN, false);
}

static void take_connection(struct job *job, int fd)
{
    int writer = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    source_start(&job->out, fd, job->stream, CHANNEL_STDIN, out_finished);
    sink_start(&job->in, writer, job->stream, CHANNEL_STDIN, true);
}

static void take_error(struct job *job, struct reader body)
{
    char *message = field_string(body, FIELD_MESSAGE);
    stream_reset(job->stream, (int)field_number(body, FIELD_ERRNO, EIO),
                 message == NULL ? "" : message);
    free(message);
    drop_job(job);
}

static void take_record(struct job *job, struct reader record, int fd)
{
    struct reader body = record;
    uint8_t kind = read_u8(&body);
    if (kind == RECORD_TERMINAL && fd >= 0) {
        take_terminal(job, fd);
    } else if (kind == RECORD_CONNECTION && fd >= 0) {
        take_connection(job, fd);
    } else if (fd >= 0) {
        close(fd);
    } else if (kind == RECORD_ERROR) {
        take_error(job, body);
    } else if (kind == RECORD_EXEC) {
        job->executed = true;
    } else if (kind == CONTROL_STARTED) {
        /* The host hears of it when the plan has come to its end. */
        job->pid = (pid_t)field_number(body, FIELD_PID, 0);
    } else if (!body.bad) {
        job->failed = job->failed || kind == CONTROL_FAILURE;
        stream_control(job->stream, record.data, record.left);
    }
}

static void report_exit(struct job *job)
{
    uint8_t body[32];
    struct writer writer = writer_of(body, sizeof body);
    int number = WIFSIGNALED(job->wait_status) ? WTERMSIG(job->wait_status) : 0;
    int code = number != 0 ? 128 + number : WEXITSTATUS(job->wait_status);
    write_u8(&writer, CONTROL_EXIT);
    write_number_field(&writer, FIELD_CODE, (uint64_t)code);
    if (number != 0)
        write_number_field(&writer, FIELD_SIGNAL, (uint64_t)number);
    stream_control(job->stream, body, writer.used);
}

/* The status socket ended: the plan's process runs its program, or it never will. */
static void finish_report(struct job *job)
{
    uint8_t body[64];
    struct writer writer = writer_of(body, sizeof body);
    job->reported = true;
    loop_remove(&job->status);
    if (job->pid != 0 && !job->failed) {
        job->failed = !job->executed;
        write_u8(&writer, job->failed ? CONTROL_FAILURE : CONTROL_STARTED);
        write_number_field(&writer, FIELD_PID, (uint64_t)job->pid);
        if (job->failed) {
            /* Killed before its program began, by the limits of its cgroup for instance. */
            write_number_field(&writer, FIELD_SECTION, SECTION_CHILD);
            write_number_field(&writer, FIELD_ERRNO, ECHILD);
        }
        stream_control(job->stream, body, writer.used);
        if (job->exited && !job->failed)
            report_exit(job);
    }
    finish_if_done(job);
}

/* One record; false when there is none now or the socket ended. */
static bool read_record(struct job *job)
{
    static uint8_t data[CONTROL_RECORD_MAX];
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = data, .iov_len = sizeof data};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    int fd = -1;
    ssize_t length = recvmsg(job->status.fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (length <= 0) {
        finish_report(job);
        return false;
    }
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    take_record(job, reader_of(data, (size_t)length), fd);
    return job->stream != NULL;
}

static void read_records(struct job *job)
{
    while (!job->reported && job->stream != NULL && read_record(job))
        ;
}

static void status_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    read_records(OWNER_OF(watch, struct job, status));
}

void job_read_all(void)
{
    for (struct job *job = first_job, *next; job != NULL; job = next) {
        next = job->next;
        read_records(job);
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
    if (read_u8(&body) != CONTROL_RESIZE || job->terminal < 0)
        return;
    struct winsize size = {.ws_col = (unsigned short)field_number(body, FIELD_COLUMNS, 80),
                           .ws_row = (unsigned short)field_number(body, FIELD_ROWS, 24)};
    ioctl(job->terminal, TIOCSWINSZ, &size);
}

static void job_closed(struct stream *stream)
{
    struct job *job = stream->owner;
    /* A process may have been made whose pid is not read yet. */
    read_records(job);
    /* The host gave up: what runs for it must not go on unseen. */
    if (job->helper > 0)
        kill(job->helper, SIGKILL);
    if (job->pid > 0 && !job->exited)
        kill(job->pid, SIGKILL);
    drop_job(job);
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
        drop_job(job);
        return;
    }
    job->helper = pid;
    loop_add(&job->status, ends.status, EPOLLIN, status_ready);
    if (ends.in >= 0)
        sink_start(&job->in, ends.in, stream, CHANNEL_STDIN, false);
    if (ends.out >= 0)
        source_start(&job->out, ends.out, stream, CHANNEL_STDOUT, out_finished);
    if (ends.err >= 0)
        source_start(&job->err, ends.err, stream, CHANNEL_STDERR, err_finished);
}

void job_connection(struct stream *stream, int fd)
{
    struct job *job = create_job(stream);
    if (job == NULL) {
        close(fd);
        return;
    }
    job->reported = true;
    take_connection(job, fd);
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
                report_exit(job);
            finish_if_done(job);
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
