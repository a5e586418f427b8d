/* The table of what the host may ask for. */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "stream.h"

/* Serves a stream that the host opened. */
void serve_request(struct stream *stream, struct reader body);

#endif
