#include "queue.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_SIZE_MAX = 8192 };

bool queue_put(struct queue *queue, const void *data, size_t length)
{
    if (queue->start + queue->used + length > queue->size) {
        if (queue->start > 0 && queue->used > 0)
            memmove(queue->data, queue->data + queue->start, queue->used);
        queue->start = 0;
    }
    if (queue->used + length > queue->size) {
        size_t size = queue->size == 0 ? 4096 : queue->size;
        while (size < queue->used + length)
            size *= 2;
        uint8_t *grown = realloc(queue->data, size);
        if (grown == NULL)
            return false;
        queue->data = grown;
        queue->size = size;
    }
    memcpy(queue->data + queue->start + queue->used, data, length);
    queue->used += length;
    return true;
}

void queue_drop(struct queue *queue, size_t length)
{
    queue->start += length;
    queue->used -= length;
    /* What is small stays for the next time: memory taken and given back costs two system calls and
     * a fault. */
    if (queue->used == 0 && queue->size > KEPT_SIZE_MAX)
        queue_free(queue);
}

void queue_free(struct queue *queue)
{
    free(queue->data);
    *queue = (struct queue){0};
}
