#include "loop.h"
#include "die.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_PER_ROUND = 32 };

static int epoll_fd = -1;
static struct watch *stalled_first;
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
    set_events(watch, watch->stalled ? events & ~(uint32_t)EPOLLIN : events);
}

static void leave_stalled(struct watch *watch)
{
    struct watch **place = &stalled_first;
    if (!watch->stalled)
        return;
    while (*place != NULL && *place != watch)
        place = &(*place)->stalled_next;
    if (*place == watch)
        *place = watch->stalled_next;
    watch->stalled = false;
}

void loop_remove(struct watch *watch)
{
    if (watch->ready == NULL)
        return;
    leave_stalled(watch);
    set_events(watch, 0);
    close(watch->fd);
    watch->fd = -1;
    watch->ready = NULL;
}

void loop_stall(struct watch *watch)
{
    if (watch->stalled)
        return;
    watch->stalled = true;
    watch->stalled_next = stalled_first;
    stalled_first = watch;
    set_events(watch, watch->events & ~(uint32_t)EPOLLIN);
}

void loop_resume(void)
{
    struct watch *watch = stalled_first;
    stalled_first = NULL;
    while (watch != NULL) {
        struct watch *next = watch->stalled_next;
        watch->stalled = false;
        set_events(watch, watch->events | EPOLLIN);
        watch = next;
    }
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
    int count = epoll_wait(epoll_fd, events, EVENTS_PER_ROUND, timeout_ms);
    for (int i = 0; i < count; i++) {
        struct watch *watch = events[i].data.ptr;
        /* An earlier event of this round may have removed it. */
        if (watch->ready != NULL)
            watch->ready(watch, events[i].events);
    }
    bury();
}
