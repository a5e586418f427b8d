/* Datagrams: each client gets a socket of its own towards the container, so that answers find back.
 */
#include "proxy.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 128, DATAGRAM_MAX = 65507, IDLE_SECONDS_MAX = 90, SWEEP_MS = 10000 };

struct client {
    struct proxy_address address;
    int fd;
    time_t used;
};

static struct client clients[CLIENTS_MAX];
static unsigned client_count;
static uint8_t datagram[DATAGRAM_MAX];

static time_t seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void forget(unsigned index)
{
    close(clients[index].fd);
    clients[index] = clients[--client_count];
}

static void forget_idle(void)
{
    time_t now = seconds();
    for (unsigned i = client_count; i-- > 0;)
        if (now - clients[i].used > IDLE_SECONDS_MAX)
            forget(i);
}

static unsigned least_used(void)
{
    unsigned oldest = 0;
    for (unsigned i = 1; i < client_count; i++)
        if (clients[i].used < clients[oldest].used)
            oldest = i;
    return oldest;
}

/* Whoever has been silent for longest makes room; NULL when no socket can be had. */
static struct client *client_of(const struct proxy_address *from,
                                const struct proxy_address *target)
{
    for (unsigned i = 0; i < client_count; i++)
        if (clients[i].address.length == from->length &&
            memcmp(&clients[i].address.storage, &from->storage, from->length) == 0)
            return &clients[i];
    if (client_count == CLIENTS_MAX)
        forget(least_used());
    int fd = socket(target->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NULL;
    if (connect(fd, (const struct sockaddr *)&target->storage, target->length) < 0) {
        close(fd);
        return NULL;
    }
    clients[client_count] = (struct client){.address = *from, .fd = fd};
    return &clients[client_count++];
}

static void take_request(int listener, const struct proxy_address *target)
{
    struct proxy_address from;
    memset(&from, 0, sizeof from);
    from.length = sizeof from.storage;
    ssize_t got = recvfrom(listener, datagram, sizeof datagram, MSG_DONTWAIT,
                           (struct sockaddr *)&from.storage, &from.length);
    if (got < 0)
        return;
    struct client *client = client_of(&from, target);
    if (client == NULL)
        return;
    client->used = seconds();
    send(client->fd, datagram, (size_t)got, MSG_DONTWAIT);
}

static void take_answer(int listener, struct client *client)
{
    ssize_t got = recv(client->fd, datagram, sizeof datagram, MSG_DONTWAIT);
    if (got < 0)
        return;
    client->used = seconds();
    sendto(listener, datagram, (size_t)got, MSG_DONTWAIT,
           (const struct sockaddr *)&client->address.storage, client->address.length);
}

_Noreturn void proxy_udp(int listener, const struct proxy_address *target)
{
    static struct pollfd fds[CLIENTS_MAX + 1];
    for (;;) {
        unsigned count = client_count;
        fds[0] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (unsigned i = 0; i < count; i++)
            fds[i + 1] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
        poll(fds, count + 1, SWEEP_MS);
        /* Answers first: a new client may take the place of an old one. */
        for (unsigned i = 0; i < count; i++)
            if (fds[i + 1].revents != 0)
                take_answer(listener, &clients[i]);
        if (fds[0].revents != 0)
            take_request(listener, target);
        forget_idle();
    }
}
