/* Connections to where the host says. */
#ifndef CONNECT_H
#define CONNECT_H

#include "stream.h"
#include "wire.h"

#include <stdbool.h>

/* Work of a job: in the network namespace of any process, or to the socket of a path. */
void connect_target(struct reader body);
/*
 * The same in the agent's own network, the machine's, without a job: a process costs more than the
 * connection. Takes the stream over, unless the request is none for it.
 */
bool connect_here(struct stream *stream, struct reader body);

#endif
