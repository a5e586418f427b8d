#include "stream.h"
#include "link.h"
#include "loop.h"
#include "protocol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 64 };

static struct stream *table[BUCKETS];
static int stream_count;
static uint32_t id_next = 1;
static stream_opener *opener;

static struct stream *find_stream(uint32_t id)
{
    struct stream *stream = table[id / 2 % BUCKETS];
    while (stream != NULL && stream->id != id)
        stream = stream->next;
    return stream;
}

static struct stream *add_stream(uint32_t id)
{
    if (stream_count >= STREAM_COUNT_MAX)
        return NULL;
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->id = id;
    for (int i = 0; i < STREAM_CHANNELS; i++)
        stream->send_credit[i] = stream->receive_credit[i] = STREAM_WINDOW;
    stream->next = table[id / 2 % BUCKETS];
    table[id / 2 % BUCKETS] = stream;
    stream_count++;
    return stream;
}

static void forget(struct stream *stream)
{
    struct stream **place = &table[stream->id / 2 % BUCKETS];
    while (*place != NULL && *place != stream)
        place = &(*place)->next;
    if (*place == NULL)
        return;
    *place = stream->next;
    stream_count--;
    free(stream->assembly);
    stream->assembly = NULL;
    loop_free(stream);
}

static void send_reset(uint32_t id, int error, const char *message)
{
    uint8_t body[512];
    struct writer writer = writer_of(body, sizeof body);
    size_t length = strlen(message);
    write_number_field(&writer, FIELD_ERRNO, (uint64_t)error);
    write_field(&writer, FIELD_MESSAGE, message, length < 400 ? length : 400);
    link_message(id, MESSAGE_RESET, CHANNEL_NONE, body, writer.used);
}

static void close_by_peer(struct stream *stream)
{
    const struct stream_handlers *handlers = stream->handlers;
    forget(stream);
    if (handlers != NULL)
        handlers->closed(stream);
}

static void malformed(struct stream *stream, const char *message)
{
    send_reset(stream->id, EBADMSG, message);
    close_by_peer(stream);
}

/* Collects fragments; true when `body` is the whole message. */
static bool assemble(struct stream *stream, bool more, struct reader *body)
{
    if (!more && stream->assembled == 0)
        return true;
    if (stream->assembled + body->left > MESSAGE_SIZE_MAX) {
        malformed(stream, "Message is too long");
        return false;
    }
    uint8_t *grown = realloc(stream->assembly, stream->assembled + body->left + 1);
    if (grown == NULL) {
        malformed(stream, "Memory is short");
        return false;
    }
    memcpy(grown + stream->assembled, body->data, body->left);
    stream->assembly = grown;
    stream->assembled += body->left;
    *body = reader_of(stream->assembly, stream->assembled);
    return !more;
}

/* A handler may forget the stream, which must not free the bytes that it still reads. */
static uint8_t *detach_assembly(struct stream *stream)
{
    uint8_t *kept = stream->assembly;
    stream->assembly = NULL;
    stream->assembled = 0;
    return kept;
}

static void take_open(struct stream *stream, bool more, struct reader body)
{
    if (stream->handlers != NULL) {
        malformed(stream, "Stream is open already");
    } else if (assemble(stream, more, &body)) {
        uint8_t *kept = detach_assembly(stream);
        opener(stream, body);
        free(kept);
    }
}

static void take_control(struct stream *stream, bool more, struct reader body)
{
    if (assemble(stream, more, &body)) {
        uint8_t *kept = detach_assembly(stream);
        stream->handlers->control(stream, body);
        free(kept);
    }
}

static void take_data(struct stream *stream, uint8_t channel, struct reader body)
{
    if (body.left > stream->receive_credit[channel]) {
        malformed(stream, "Credit exceeded");
        return;
    }
    stream->receive_credit[channel] -= (uint32_t)body.left;
    stream->handlers->data(stream, channel, body.data, body.left);
}

static void take_credit(struct stream *stream, uint8_t channel, struct reader body)
{
    uint32_t amount = read_u32(&body);
    uint32_t before = stream->send_credit[channel];
    if (body.bad || amount > STREAM_WINDOW - before) {
        malformed(stream, "Credit is not as granted");
        return;
    }
    stream->send_credit[channel] = before + amount;
    if (amount > 0)
        stream->handlers->credit(stream, channel);
}

static void take_message(struct stream *stream, uint8_t type, uint8_t channel, struct reader body)
{
    bool more = (type & MESSAGE_MORE) != 0;
    uint8_t plain = type & (uint8_t)~MESSAGE_MORE;
    if (plain == MESSAGE_OPEN) {
        take_open(stream, more, body);
    } else if (stream->handlers == NULL) {
        malformed(stream, "Stream is not open yet");
    } else if (plain == MESSAGE_RESET || plain == MESSAGE_CLOSE) {
        if (stream->handlers->relay != NULL)
            stream->handlers->relay(stream, type, channel, body.data, body.left);
        close_by_peer(stream);
    } else if (stream->handlers->relay != NULL) {
        stream->handlers->relay(stream, type, channel, body.data, body.left);
    } else if (type == MESSAGE_DATA) {
        take_data(stream, channel, body);
    } else if (type == MESSAGE_CREDIT) {
        take_credit(stream, channel, body);
    } else if (type == MESSAGE_EOF) {
        stream->handlers->eof(stream, channel);
    } else if (plain == MESSAGE_CONTROL) {
        take_control(stream, more, body);
    } else {
        malformed(stream, "Message type is unknown");
    }
}

static void receive(uint32_t id, uint8_t type, uint8_t channel, const uint8_t *data, size_t length,
                    bool bad)
{
    struct stream *stream = find_stream(id);
    uint8_t plain = type & (uint8_t)~MESSAGE_MORE;
    if (stream == NULL && plain == MESSAGE_OPEN && id != 0 && id % 2 == 0) {
        stream = add_stream(id);
        if (stream == NULL) {
            send_reset(id, EMFILE, "Too many streams");
            return;
        }
    }
    if (stream == NULL) {
        /* What crossed our own close on the wire needs no answer; only what expects one gets it. */
        if (plain == MESSAGE_DATA || plain == MESSAGE_CONTROL || plain == MESSAGE_OPEN)
            send_reset(id, ENOENT, "Stream is unknown");
        return;
    }
    if (bad || channel >= STREAM_CHANNELS)
        malformed(stream, bad ? "Message is longer than its frame" : "Channel is unknown");
    else
        take_message(stream, type, channel, reader_of(data, length));
}

static void lose_all(void)
{
    for (int i = 0; i < BUCKETS; i++) {
        while (table[i] != NULL)
            close_by_peer(table[i]);
    }
}

void stream_start(stream_opener *open_function)
{
    opener = open_function;
    link_start(receive, lose_all);
}

struct stream *stream_create(const struct stream_handlers *handlers, void *owner)
{
    struct stream *stream = add_stream(id_next);
    if (stream == NULL)
        return NULL;
    id_next += 2;
    stream->handlers = handlers;
    stream->owner = owner;
    return stream;
}

void stream_open(struct stream *stream, const void *body, size_t length)
{
    link_message(stream->id, MESSAGE_OPEN, CHANNEL_NONE, body, length);
}

size_t stream_send(struct stream *stream, uint8_t channel, const void *data, size_t length)
{
    if (length > stream->send_credit[channel])
        length = stream->send_credit[channel];
    if (length > 0) {
        stream->send_credit[channel] -= (uint32_t)length;
        link_message(stream->id, MESSAGE_DATA, channel, data, length);
    }
    return length;
}

void stream_eof(struct stream *stream, uint8_t channel)
{
    link_message(stream->id, MESSAGE_EOF, channel, NULL, 0);
}

void stream_control(struct stream *stream, const void *body, size_t length)
{
    link_message(stream->id, MESSAGE_CONTROL, CHANNEL_NONE, body, length);
}

void stream_consumed(struct stream *stream, uint8_t channel, size_t length)
{
    uint8_t amount[4];
    struct writer writer = writer_of(amount, sizeof amount);
    stream->consumed[channel] += (uint32_t)length;
    if (stream->consumed[channel] < STREAM_CREDIT_BATCH)
        return;
    write_u32(&writer, stream->consumed[channel]);
    stream->receive_credit[channel] += stream->consumed[channel];
    stream->consumed[channel] = 0;
    link_message(stream->id, MESSAGE_CREDIT, channel, amount, sizeof amount);
}

void stream_close(struct stream *stream)
{
    link_message(stream->id, MESSAGE_CLOSE, CHANNEL_NONE, NULL, 0);
    forget(stream);
}

void stream_reset(struct stream *stream, int error, const char *message)
{
    send_reset(stream->id, error, message);
    forget(stream);
}

void stream_relay(struct stream *stream, uint8_t type, uint8_t channel, const void *data,
                  size_t length)
{
    link_message(stream->id, type, channel, data, length);
}
