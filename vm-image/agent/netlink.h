/* Requests to the kernel's netlink: messages with attributes, and the answer to them. */
#ifndef NETLINK_H
#define NETLINK_H

#include <stddef.h>
#include <stdint.h>

enum { NETLINK_REQUEST_MAX = 1024 };

struct netlink_request {
    /* Aligned for struct nlmsghdr, which is at its beginning. */
    _Alignas(4) uint8_t data[NETLINK_REQUEST_MAX];
    size_t used;
    /* Something did not fit. */
    int full;
};

/* Begins a message of this type with its fixed header (ifinfomsg and the like). */
void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags,
                   const void *header, size_t size);
void netlink_put(struct netlink_request *request, uint16_t type, const void *value, size_t size);
void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value);
void netlink_put_text(struct netlink_request *request, uint16_t type, const char *value);
/* An attribute that holds others: what netlink_nest gave is given to netlink_nest_end. */
size_t netlink_nest(struct netlink_request *request, uint16_t type);
void netlink_nest_end(struct netlink_request *request, size_t place);
/* Sends it to rtnetlink in the caller's network namespace; 0, or -1 with the errno of the answer. */
int netlink_send(struct netlink_request *request);
/* Sends whole messages, of which the last asks for an acknowledgement, to a NETLINK_* protocol. */
int netlink_exchange(int protocol, const void *messages, size_t size);

#endif
