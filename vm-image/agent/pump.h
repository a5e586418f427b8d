/* Pumps: a source carries bytes from a descriptor to a channel, a sink the other way. */
#ifndef PUMP_H
#define PUMP_H

#include "loop.h"
#include "queue.h"
#include "stream.h"

/*
 * What a program writes bit by bit is gathered: a read that finds little is followed by a short
 * rest, or each line of a listing would cost a message, and three processes' turns for it. What
 * comes after a quiet while, as the echo of a key, goes at once.
 */
struct source {
    struct watch watch;
    struct stream *stream; /* NULL: what comes is thrown away */
    uint8_t channel;
    bool done;
    size_t much; /* a read of so many bytes is worth its message */
    int64_t read_us;
    void (*finished)(struct source *source);
};

struct sink {
    struct watch watch;
    struct stream *stream;
    uint8_t channel;
    bool is_socket;
    bool ending; /* the other side sent its last byte */
    bool broken; /* nobody reads: bytes are thrown away */
    bool done;   /* everything is written, or it broke */
    void (*finished)(struct sink *sink);
    struct queue queue;
};

/* Makes the descriptor non-blocking and owns it. `finished` is called once, at its end. */
void source_start(struct source *source, int fd, struct stream *stream, uint8_t channel,
                  void (*finished)(struct source *source));
void source_credit(struct source *source);
void source_stop(struct source *source);

void sink_start(struct sink *sink, int fd, struct stream *stream, uint8_t channel, bool is_socket);
void sink_put(struct sink *sink, const uint8_t *data, size_t length);
/* Closes, or for a socket shuts down, once everything is written. */
void sink_end(struct sink *sink);
void sink_stop(struct sink *sink);

#endif
