#include "loop.h"
#include "die.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_PER_ROUND = 32 };

static int epoll_fd = -1;
static struct watch *paused_first;
static void **graves;
static size_t grave_count;
static size_t graves_size;

void loop_start(void)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        die_with_error("Cannot create epoll");
}

static void set_events(struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data = {.ptr = watch}};
    int operation = EPOLL_CTL_MOD;
    if (watch->events == events)
        return;
    if (watch->events == 0)
        operation = EPOLL_CTL_ADD;
    else if (events == 0)
        operation = EPOLL_CTL_DEL;
    watch->events = events;
    epoll_ctl(epoll_fd, operation, watch->fd, &event);
}

void loop_add(struct watch *watch, int fd, uint32_t events,
              void (*ready)(struct watch *watch, uint32_t events))
{
    *watch = (struct watch){.fd = fd, .ready = ready};
    set_events(watch, events);
}

void loop_change(struct watch *watch, uint32_t events)
{
    if (watch->fd < 0 || watch->ready == NULL)
        return;
    set_events(watch, watch->pause != WATCH_AWAKE ? events & ~(uint32_t)EPOLLIN : events);
}

static void leave_paused(struct watch *watch)
{
    struct watch **place = &paused_first;
    if (watch->pause == WATCH_AWAKE)
        return;
    while (*place != NULL && *place != watch)
        place = &(*place)->paused_next;
    if (*place == watch)
        *place = watch->paused_next;
    watch->pause = WATCH_AWAKE;
}

void loop_remove(struct watch *watch)
{
    if (watch->ready == NULL)
        return;
    leave_paused(watch);
    set_events(watch, 0);
    close(watch->fd);
    watch->fd = -1;
    watch->ready = NULL;
}

void loop_stall(struct watch *watch)
{
    leave_paused(watch);
    watch->pause = WATCH_STALLED;
    watch->paused_next = paused_first;
    paused_first = watch;
    set_events(watch, watch->events & ~(uint32_t)EPOLLIN);
}

void loop_rest(struct watch *watch, int64_t wake_us)
{
    loop_stall(watch);
    watch->pause = WATCH_RESTING;
    watch->wake_us = wake_us;
}

static void wake(struct watch **place)
{
    struct watch *watch = *place;
    *place = watch->paused_next;
    watch->pause = WATCH_AWAKE;
    set_events(watch, watch->events | EPOLLIN);
}

void loop_resume(void)
{
    for (struct watch **place = &paused_first; *place != NULL;) {
        if ((*place)->pause == WATCH_STALLED)
            wake(place);
        else
            place = &(*place)->paused_next;
    }
}

int64_t loop_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Wakes whose rest is over; the result is the milliseconds until the next one's is, `timeout_ms` at
 * most. */
static int wake_rested(int timeout_ms)
{
    int64_t now = paused_first == NULL ? 0 : loop_now_us();
    for (struct watch **place = &paused_first; *place != NULL;) {
        struct watch *watch = *place;
        int left_ms = (int)((watch->wake_us - now + 999) / 1000);
        if (watch->pause == WATCH_RESTING && left_ms <= 0) {
            wake(place);
            continue;
        }
        if (watch->pause == WATCH_RESTING && (timeout_ms < 0 || left_ms < timeout_ms))
            timeout_ms = left_ms;
        place = &watch->paused_next;
    }
    return timeout_ms;
}

static void bury(void)
{
    while (grave_count > 0)
        free(graves[--grave_count]);
}

void loop_free(void *memory)
{
    if (grave_count == graves_size) {
        size_t size = graves_size * 2 + 64;
        void **grown = realloc(graves, size * sizeof(void *));
        /* Leaking is safer than a dangling event. */
        if (grown == NULL)
            return;
        graves = grown;
        graves_size = size;
    }
    graves[grave_count++] = memory;
}

void loop_round(int timeout_ms)
{
    struct epoll_event events[EVENTS_PER_ROUND];
    int count = epoll_wait(epoll_fd, events, EVENTS_PER_ROUND, wake_rested(timeout_ms));
    for (int i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;
        /* An earlier event of this round may have removed it. */
        if (watch->ready != NULL)
            watch->ready(watch, events[i].events);
    }
    bury();
}
