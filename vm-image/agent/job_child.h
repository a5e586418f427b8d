/* The side of a job that runs in its own process: making it, and what it reports. */
#ifndef JOB_CHILD_H
#define JOB_CHILD_H

#include "wire.h"

#include <sys/types.h>

/* The agent's ends of a job's descriptors; -1 where the job has none. */
struct job_ends {
    int status;
    int in;
    int out;
    int err;
};

/*
 * Forks. In the child the standard streams and JOB_STATUS_FD are in place, nothing else of the
 * agent's is open, and signals are as a new program expects them.
 */
pid_t job_fork(int stdio, struct job_ends *ends);
/* Sends a record, with a descriptor when `fd` is not negative. */
void report_record(const struct writer *record, int fd);
/* Reports success without any fields. */
void report_done(void);
/* Reports errno with a message and ends the process. */
_Noreturn void fail_job(int error, const char *action, const char *path);

#endif
