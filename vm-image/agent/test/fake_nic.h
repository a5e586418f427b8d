/* A device that a test feeds and reads instead of a network card. */
#ifndef FAKE_NIC_H
#define FAKE_NIC_H

#include <stddef.h>
#include <stdint.h>

enum { FAKE_FRAME_SIZE = 600, FAKE_FRAMES_MAX = 4096 };

struct fake_frame {
    size_t length;
    uint8_t bytes[FAKE_FRAME_SIZE];
};

/* What the agent sent since fake_clear. */
extern struct fake_frame fake_sent[FAKE_FRAMES_MAX];
extern size_t fake_sent_count;

void fake_clear(void);
/* The host sends raw bytes, or a frame with a link header, or a data frame in its order. */
void fake_host_raw(const void *bytes, size_t length);
void fake_host_frame(uint8_t kind, uint32_t sequence, uint32_t acknowledgement, const void *payload,
                     size_t length);
void fake_host_data(const void *payload, size_t length);
/* The host says hello and starts counting from zero. */
void fake_host_hello(void);
/* One message, in a data frame of its own. */
void fake_host_message(uint32_t stream, uint8_t type, uint8_t channel, const void *bytes,
                       size_t length);
/* Acknowledges everything, without data. */
void fake_host_acknowledge(void);
/* Rounds of the event loop until nothing more happens for so long. */
void fake_run(int quiet_ms);

/* The first message of that type on the stream that the agent sent; NULL when there is none. */
const uint8_t *fake_find(uint32_t stream, uint8_t type, size_t *length);
/* The same for a later one, counted from zero. */
const uint8_t *fake_find_at(uint32_t stream, uint8_t type, size_t index, size_t *length);

#endif
