/* What a job's process reports: descriptors, its pid, failures, and that its program runs. */
#include "datagrams.h"
#include "ethernet.h"
#include "job.h"
#include "job_parts.h"
#include "listen.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void take_terminal(struct job *job, int fd)
{
    int writer = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    job->terminal = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    /* The pipes that were made before the plan asked for a terminal make room for it. */
    loop_remove(&job->in.watch);
    loop_remove(&job->out.watch);
    source_start(&job->out, fd, job->stream, CHANNEL_STDOUT, job_out_finished);
    sink_start(&job->in, writer, job->stream, CHANNEL_STDIN, false);
}

void job_take_connection(struct job *job, int fd)
{
    int writer = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    source_start(&job->out, fd, job->stream, CHANNEL_STDIN, job_out_finished);
    sink_start(&job->in, writer, job->stream, CHANNEL_STDIN, true);
}

static void take_error(struct job *job, struct reader body)
{
    char *message = field_string(body, FIELD_MESSAGE);
    stream_reset(job->stream, (int)field_number(body, FIELD_ERRNO, EIO),
                 message == NULL ? "" : message);
    free(message);
    job_drop(job);
}

/* The job did what it was for: its stream goes on without it. */
static struct stream *give_stream(struct job *job)
{
    struct stream *stream = job->stream;
    job_drop(job);
    return stream;
}

static void take_record(struct job *job, struct reader record, int fd)
{
    struct reader body = record;
    uint8_t kind = read_u8(&body);
    if (kind == RECORD_TERMINAL && fd >= 0) {
        take_terminal(job, fd);
    } else if (kind == RECORD_CONNECTION && fd >= 0) {
        job_take_connection(job, fd);
    } else if (kind == RECORD_LISTENER && fd >= 0) {
        listener_start(give_stream(job), fd);
    } else if (kind == RECORD_DATAGRAMS && fd >= 0) {
        datagrams_start(give_stream(job), fd);
    } else if (kind == RECORD_ETHERNET && fd >= 0) {
        ethernet_start(give_stream(job), fd);
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

void job_report_exit(struct job *job)
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
            job_report_exit(job);
    }
    job_finish_if_done(job);
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

void job_read_records(struct job *job)
{
    while (!job->reported && job->stream != NULL && read_record(job))
        ;
}
