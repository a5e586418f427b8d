/* The event loop: level-triggered epoll over watches that their owners embed. */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct watch {
    int fd;
    uint32_t events;
    void (*ready)(struct watch *watch, uint32_t events);
    struct watch *paused_next;
    enum { WATCH_AWAKE, WATCH_STALLED, WATCH_RESTING } pause;
    int64_t wake_us; /* of a resting one, on the monotonic clock */
};

void loop_start(void);
/* Watches `fd`, which must not block; the watch owns it from now on. */
void loop_add(struct watch *watch, int fd, uint32_t events,
              void (*ready)(struct watch *watch, uint32_t events));
/* With no events the descriptor leaves epoll altogether, so that a hang-up does not spin. */
void loop_change(struct watch *watch, uint32_t events);
/* Stops watching and closes. Idempotent; the memory stays in use until the round ends. */
void loop_remove(struct watch *watch);
/* Stops watching for input until loop_resume: the link cannot take more. */
void loop_stall(struct watch *watch);
void loop_resume(void);
/* Stops watching for input until a moment of loop_now_us's clock: what comes by then is read in one
 * go. */
void loop_rest(struct watch *watch, int64_t wake_us);
int64_t loop_now_us(void);
/* Frees at the end of the round, because events of this round may still point there. */
void loop_free(void *memory);
/* One round: waits for at most the time given, negative for any, calls the ready watches, frees. */
void loop_round(int timeout_ms);

/* Watches are embedded in their owners. */
#define OWNER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
