/* What job.c and job_report.c need of each other. */
#ifndef JOB_PARTS_H
#define JOB_PARTS_H

#include "job.h"

/* Lets everything go; the stream is gone already or goes now. Idempotent. */
void job_drop(struct job *job);
/* Closes the stream once nothing can come any more. */
void job_finish_if_done(struct job *job);
void job_out_finished(struct source *source);

/* Takes what the job's process has reported so far. */
void job_read_records(struct job *job);
void job_take_connection(struct job *job, int fd);
/* Tells the host the wait status. */
void job_report_exit(struct job *job);

#endif
