/* UDP sockets in the network namespace of any process: whole datagrams, both ways, on one stream.
 */
#ifndef DATAGRAMS_H
#define DATAGRAMS_H

#include "stream.h"
#include "wire.h"

/* Work of a job: opens the socket and reports it. */
void datagrams_target(struct reader body);
/* Carries the socket's datagrams until the stream is closed; takes both over. */
void datagrams_start(struct stream *stream, int fd);

#endif
