/* The stream layer: who owns which stream, and how many bytes each side may still send. */
#ifndef STREAM_H
#define STREAM_H

#include "wire.h"

enum { STREAM_CHANNELS = 4 };

struct stream;

struct stream_handlers {
    /* Takes `length` bytes; the owner calls stream_consumed as it gets rid of them. */
    void (*data)(struct stream *stream, uint8_t channel, const uint8_t *data, size_t length);
    /* The other side ended its half of a channel. */
    void (*eof)(struct stream *stream, uint8_t channel);
    /* There is more credit on a channel. */
    void (*credit)(struct stream *stream, uint8_t channel);
    /* A whole control message: kind byte and fields. */
    void (*control)(struct stream *stream, struct reader body);
    /* The other side or the link closed the stream; it is gone when this returns. */
    void (*closed)(struct stream *stream);
    /* Set, it gets every message as it is, and only `closed` is called besides. */
    void (*relay)(struct stream *stream, uint8_t type, uint8_t channel, const uint8_t *data,
                  size_t length);
};

struct stream {
    uint32_t id;
    struct stream *next;
    const struct stream_handlers *handlers;
    void *owner;
    uint32_t send_credit[STREAM_CHANNELS];
    uint32_t receive_credit[STREAM_CHANNELS];
    uint32_t consumed[STREAM_CHANNELS];
    uint8_t *assembly;
    size_t assembled;
};

/* Called for each stream the host opens: sets handlers and owner, or closes it. */
typedef void stream_opener(struct stream *stream, struct reader body);

void stream_start(stream_opener *opener);
/* A stream of our own; NULL when there are too many. */
struct stream *stream_create(const struct stream_handlers *handlers, void *owner);
void stream_open(struct stream *stream, const void *body, size_t length);
/* Sends at most the channel's credit; the result is how much. */
size_t stream_send(struct stream *stream, uint8_t channel, const void *data, size_t length);
void stream_eof(struct stream *stream, uint8_t channel);
void stream_control(struct stream *stream, const void *body, size_t length);
void stream_consumed(struct stream *stream, uint8_t channel, size_t length);
/* Says that nothing more will come and forgets the stream. */
void stream_close(struct stream *stream);
/* Ends the stream with an error and forgets it. */
void stream_reset(struct stream *stream, int error, const char *message);
/* Passes a message of a relayed stream on. */
void stream_relay(struct stream *stream, uint8_t type, uint8_t channel, const void *data,
                  size_t length);

#endif
