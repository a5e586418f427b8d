#include "job_child.h"
#include "job.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    /* Above everything that must be in place, below what the agent has open. */
    PARKED_FD = 500,
};

struct pairs {
    int status[2];
    int in[2];
    int out[2];
    int err[2];
};

static void close_pair(const int pair[2])
{
    if (pair[0] >= 0)
        close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
}

static bool open_pairs(int stdio, struct pairs *pairs)
{
    *pairs = (struct pairs){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pairs->status) == 0 &&
           ((stdio & STDIO_IN) == 0 || pipe2(pairs->in, O_CLOEXEC) == 0) &&
           ((stdio & STDIO_OUT) == 0 || pipe2(pairs->out, O_CLOEXEC) == 0) &&
           ((stdio & STDIO_ERR) == 0 || pipe2(pairs->err, O_CLOEXEC) == 0);
}

static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < 65; number++)
        sigaction(number, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts the job's ends on their numbers and closes everything else. */
static void arrange_descriptors(const struct pairs *pairs)
{
    int wanted[4] = {pairs->in[0], pairs->out[1], pairs->err[1], pairs->status[1]};
    for (int i = 0; i < 4; i++) {
        int from = wanted[i] >= 0 ? wanted[i] : open("/dev/null", O_RDWR | O_CLOEXEC);
        wanted[i] = fcntl(from, F_DUPFD_CLOEXEC, PARKED_FD);
    }
    syscall(SYS_close_range, 0, PARKED_FD - 1, 0);
    for (int i = 0; i < 4; i++)
        dup3(wanted[i], i, i == JOB_STATUS_FD ? O_CLOEXEC : 0);
    syscall(SYS_close_range, JOB_STATUS_FD + 1, ~0U, 0);
}

pid_t job_fork(int stdio, struct job_ends *ends)
{
    struct pairs pairs;
    bool opened = open_pairs(stdio, &pairs);
    pid_t pid = opened ? fork() : -1;
    if (pid < 0) {
        int saved = errno;
        close_pair(pairs.status);
        close_pair(pairs.in);
        close_pair(pairs.out);
        close_pair(pairs.err);
        errno = saved;
        return -1;
    }
    if (pid == 0) {
        /* Nobody may look into this process through /proc or ptrace: it may join a container. */
        prctl(PR_SET_DUMPABLE, 0);
        arrange_descriptors(&pairs);
        reset_signals();
        return 0;
    }
    *ends = (struct job_ends){pairs.status[0], pairs.in[1], pairs.out[0], pairs.err[0]};
    close(pairs.status[1]);
    if (pairs.in[0] >= 0)
        close(pairs.in[0]);
    if (pairs.out[1] >= 0)
        close(pairs.out[1]);
    if (pairs.err[1] >= 0)
        close(pairs.err[1]);
    return pid;
}

void report_record(const struct writer *record, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = record->data, .iov_len = record->used};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    while (sendmsg(JOB_STATUS_FD, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

void report_done(void)
{
    uint8_t data[1];
    struct writer record = writer_of(data, sizeof data);
    write_u8(&record, CONTROL_RESULT);
    report_record(&record, -1);
}

void fail_job(int error, const char *action, const char *path)
{
    uint8_t data[512];
    char text[400];
    struct writer record = writer_of(data, sizeof data);
    snprintf(text, sizeof text, "Cannot %s \"%s\"", action, path == NULL ? "" : path);
    write_u8(&record, RECORD_ERROR);
    write_number_field(&record, FIELD_ERRNO, (uint64_t)error);
    write_string_field(&record, FIELD_MESSAGE, text);
    report_record(&record, -1);
    _exit(1);
}
