/*
 * A job: what the host asked for, done by a process of its own so that the agent never waits. The
 * job reports over a socket in records; descriptors that it opened come along with them.
 */
#ifndef JOB_H
#define JOB_H

#include "pump.h"

#include <sys/types.h>

/* Descriptors of a job's process. */
enum { JOB_STATUS_FD = 3 };

/* Bits of a job's standard streams; those missing are /dev/null. */
enum { STDIO_IN = 1, STDIO_OUT = 2, STDIO_ERR = 4 };

/* First byte of a record; below these they are control messages, passed on as they are. */
enum job_record {
    RECORD_TERMINAL = 0xf0, /* comes with a terminal's master */
    RECORD_CONNECTION,      /* comes with a connected socket */
    RECORD_LISTENER,        /* comes with a listening socket: the job is over, the stream goes on */
    RECORD_DATAGRAMS,       /* the same with a datagram socket */
    RECORD_ETHERNET,        /* the same with a TAP device */
    RECORD_EXEC,            /* execve is next: the end of the status socket means success */
    RECORD_ERROR,           /* errno and message: the stream is reset */
};

/* Who is told when a connection is over. */
struct job_owner {
    void (*over)(void *argument);
    void *argument;
};

struct job {
    struct job *next;
    struct stream *stream;
    struct watch status;
    struct source out;
    struct source err;
    struct sink in;
    pid_t helper; /* the process that does the work; 0 when there is none */
    pid_t pid;    /* the process that it made, in a machine's pid namespace; 0 before */
    int terminal; /* master for resizing, -1 without */
    bool traced;
    bool reported; /* the status socket ended */
    bool executed; /* execve was about to happen */
    bool failed;
    bool exited;
    int wait_status;
    struct job_owner owner;
};

/* Forks and runs `work` with the body of the request; takes the stream over. */
void job_start(struct stream *stream, int stdio, struct reader body,
               void (*work)(struct reader body));
/* Carries a connected socket on a stream; takes both over. The owner may be NULL. */
void job_connection(struct stream *stream, int fd, const struct job_owner *owner);
/* Tells what became of a child of the agent. */
void job_reaped(pid_t pid, int wait_status);
/* Reads what all jobs have reported so far: a pid must be known before its death is. */
void job_read_all(void);
/* The living main process of a stream that the host opened for a job, or 0. */
pid_t job_pid(uint32_t stream_id);

#endif
