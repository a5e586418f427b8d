/* Connections: a process for each, which ends with it. */
#include "proxy.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, BUFFER_SIZE = 16384 };

/* One direction: what was read and is not written yet. */
struct direction {
    int from;
    int to;
    size_t start;
    size_t end;
    bool ended;
    uint8_t buffer[BUFFER_SIZE];
};

/* Reads or writes once, whichever is next; a failure ends the direction. */
static void move(struct direction *one, short readable, short writable)
{
    if (one->ended)
        return;
    if (one->start == one->end && readable) {
        ssize_t got = recv(one->from, one->buffer, sizeof one->buffer, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        one->start = 0;
        one->end = got > 0 ? (size_t)got : 0;
        one->ended = got <= 0;
    }
    if (one->start < one->end && (readable || writable)) {
        ssize_t sent = send(one->to, one->buffer + one->start, one->end - one->start,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            one->start += (size_t)sent;
        else if (errno != EAGAIN && errno != EINTR)
            one->ended = true;
    }
    if (one->ended)
        shutdown(one->to, SHUT_WR);
}

static short wanted(const struct direction *in, const struct direction *out)
{
    short events = 0;
    if (!in->ended && in->start == in->end)
        events |= POLLIN;
    if (!out->ended && out->start < out->end)
        events |= POLLOUT;
    return events;
}

void proxy_copy(int left, int right)
{
    static struct direction there;
    static struct direction back;
    there = (struct direction){.from = left, .to = right};
    back = (struct direction){.from = right, .to = left};
    while (!there.ended || !back.ended) {
        struct pollfd fds[] = {{.fd = left, .events = wanted(&there, &back)},
                               {.fd = right, .events = wanted(&back, &there)}};
        /* A side that wants nothing would wake us for its hang-up again and again. */
        for (int i = 0; i < 2; i++)
            if (fds[i].events == 0)
                fds[i].fd = -1;
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        short over = POLLHUP | POLLERR;
        move(&there, fds[0].revents & (POLLIN | over), fds[1].revents & (POLLOUT | over));
        move(&back, fds[1].revents & (POLLIN | over), fds[0].revents & (POLLOUT | over));
    }
}

static _Noreturn void serve(int client, const struct proxy_address *target)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int server = socket(target->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 ||
        connect(server, (const struct sockaddr *)&target->storage, target->length) < 0)
        _exit(1);
    proxy_copy(client, server);
    _exit(0);
}

_Noreturn void proxy_tcp(int listener, const struct proxy_address *target)
{
    unsigned connections = 0;
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        while (connections > 0 &&
               waitpid(-1, NULL, connections < CONNECTIONS_MAX ? WNOHANG : 0) > 0)
            connections--;
        if (client < 0)
            continue;
        pid_t pid = fork();
        if (pid == 0) {
            close(listener);
            serve(client, target);
        }
        if (pid > 0)
            connections++;
        close(client);
    }
}
