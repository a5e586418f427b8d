/* What tells machines apart that go on from one saved state. */
#ifndef WAKE_H
#define WAKE_H

#include "wire.h"

/* Takes the time and the seed of FRAME_WAKE. Only PID 1 does: elsewhere it would be the host's. */
void wake(struct reader body);

#endif
