#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4096 };

static void append(struct netlink_request *request, const void *data, size_t size)
{
    size_t padded = NLMSG_ALIGN(size);
    if (request->full || padded > sizeof request->data - request->used) {
        request->full = 1;
        return;
    }
    memset(request->data + request->used, 0, padded);
    if (size > 0)
        memcpy(request->data + request->used, data, size);
    request->used += padded;
}

void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags,
                   const void *header, size_t size)
{
    struct nlmsghdr message = {.nlmsg_type = type,
                               .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags};
    request->used = 0;
    request->full = 0;
    append(request, &message, sizeof message);
    append(request, header, size);
}

void netlink_put(struct netlink_request *request, uint16_t type, const void *value, size_t size)
{
    struct rtattr attribute = {.rta_len = (uint16_t)(sizeof attribute + size), .rta_type = type};
    append(request, &attribute, sizeof attribute);
    append(request, value, size);
}

void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value)
{
    netlink_put(request, type, &value, sizeof value);
}

void netlink_put_text(struct netlink_request *request, uint16_t type, const char *value)
{
    netlink_put(request, type, value, strlen(value) + 1);
}

size_t netlink_nest(struct netlink_request *request, uint16_t type)
{
    size_t place = request->used;
    netlink_put(request, type, NULL, 0);
    return place;
}

void netlink_nest_end(struct netlink_request *request, size_t place)
{
    struct rtattr attribute;
    if (request->full)
        return;
    memcpy(&attribute, request->data + place, sizeof attribute);
    attribute.rta_len = (uint16_t)(request->used - place);
    memcpy(request->data + place, &attribute, sizeof attribute);
}

/* Reads until the first error message, whose error is 0 when it acknowledges. */
static int read_answer(int fd)
{
    _Alignas(4) uint8_t answer[ANSWER_MAX];
    struct nlmsghdr header;
    struct nlmsgerr error;
    for (;;) {
        ssize_t got = recv(fd, answer, sizeof answer, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < (ssize_t)sizeof header)
            return got < 0 ? -errno : -EBADMSG;
        memcpy(&header, answer, sizeof header);
        if (header.nlmsg_type != NLMSG_ERROR)
            continue;
        if (got < (ssize_t)(NLMSG_HDRLEN + sizeof error))
            return -EBADMSG;
        memcpy(&error, answer + NLMSG_HDRLEN, sizeof error);
        return error.error;
    }
}

int netlink_send(struct netlink_request *request)
{
    uint32_t length = (uint32_t)request->used;
    if (request->full) {
        errno = EMSGSIZE;
        return -1;
    }
    memcpy(request->data, &length, sizeof length);
    return netlink_exchange(NETLINK_ROUTE, request->data, request->used);
}

int netlink_exchange(int protocol, const void *messages, size_t size)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return -1;
    int result = send(fd, messages, size, 0) < 0 ? -errno : read_answer(fd);
    close(fd);
    if (result == 0)
        return 0;
    errno = -result;
    return -1;
}
