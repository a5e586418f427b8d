/* A first-in first-out queue of bytes; its owner's credit window bounds it. */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue {
    uint8_t *data;
    size_t start;
    size_t used;
    size_t size;
};

/* Appends; false when memory is short (nothing was appended then). */
bool queue_put(struct queue *queue, const void *data, size_t length);
/* The first bytes, contiguous. */
static inline const uint8_t *queue_head(const struct queue *queue)
{
    return queue->data + queue->start;
}
void queue_drop(struct queue *queue, size_t length);
void queue_free(struct queue *queue);

#endif
