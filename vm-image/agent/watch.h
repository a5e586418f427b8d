/* Files whose content the host wants to hear of whenever it changes. */
#ifndef WATCH_H
#define WATCH_H

#include "stream.h"

/* Watches FIELD_PATH until the stream is closed; takes the stream over. */
void watch_file(struct stream *stream, struct reader body);

#endif
