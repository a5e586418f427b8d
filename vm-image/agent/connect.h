/* Work of a job: a connection, made in the network namespace of any process. */
#ifndef CONNECT_H
#define CONNECT_H

#include "wire.h"

void connect_target(struct reader body);

#endif
