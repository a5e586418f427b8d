/*
 * Listening TCP sockets in the network namespace of any process. Each connection becomes a stream
 * of its own.
 */
#ifndef LISTEN_H
#define LISTEN_H

#include "job.h"
#include "stream.h"
#include "wire.h"

/* Work of a job: opens the socket and reports it. */
void listen_target(struct reader body);
/* Accepts for the stream until it is closed; takes both over. */
void listener_start(struct stream *stream, int fd);

#endif
