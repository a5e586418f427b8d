/* Addresses of network interfaces, routes, and rules. The sizes of addresses say their family. */
#include "netlink.h"
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

enum { IPV4_SIZE = 4, IPV6_SIZE = 16 };

/* AF_UNSPEC with EINVAL when it is no address. */
static uint8_t family_of(struct reader address)
{
    if (address.left == IPV4_SIZE)
        return AF_INET;
    if (address.left == IPV6_SIZE)
        return AF_INET6;
    errno = EINVAL;
    return AF_UNSPEC;
}

/* All host bits set. */
static void put_broadcast(struct netlink_request *request, struct reader address, unsigned length)
{
    uint8_t bytes[IPV4_SIZE];
    memcpy(bytes, address.data, sizeof bytes);
    for (unsigned bit = length; bit < 8 * IPV4_SIZE; bit++)
        bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    netlink_put(request, IFA_BROADCAST, bytes, sizeof bytes);
}

static int change_address(struct reader fields, uint16_t type, uint16_t flags)
{
    struct netlink_request request;
    struct reader address;
    unsigned length = (unsigned)field_number(fields, FIELD_SIZE, 0);
    if (!find_field(fields, FIELD_CONTENT, &address) || family_of(address) == AF_UNSPEC ||
        length > 8 * address.left) {
        errno = EINVAL;
        return -1;
    }
    struct ifaddrmsg header = {
        .ifa_family = family_of(address),
        .ifa_prefixlen = (uint8_t)length,
        .ifa_flags = address.left == IPV6_SIZE ? IFA_F_NODAD : 0,
        .ifa_index = if_nametoindex(text(fields, FIELD_NAME)),
    };
    if (header.ifa_index == 0) {
        errno = ENODEV;
        return -1;
    }
    netlink_begin(&request, type, flags, &header, sizeof header);
    netlink_put(&request, IFA_LOCAL, address.data, address.left);
    netlink_put(&request, IFA_ADDRESS, address.data, address.left);
    if (address.left == IPV4_SIZE && length < 31 && type == RTM_NEWADDR)
        put_broadcast(&request, address, length);
    return netlink_send(&request);
}

/* A new IPv6 address is of use at once: nobody else can have it. */
int op_address_add(struct reader fields)
{
    return change_address(fields, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
}

int op_address_delete(struct reader fields)
{
    return change_address(fields, RTM_DELADDR, 0);
}

/* Without a destination it is the default route, of the gateway's family. */
static int change_route(struct reader fields, uint16_t type, uint16_t flags)
{
    struct netlink_request request;
    struct reader destination;
    struct reader gateway;
    const char *name = text(fields, FIELD_NAME);
    int has_destination = find_field(fields, FIELD_CONTENT, &destination);
    int has_gateway = find_field(fields, FIELD_DATA, &gateway);
    struct rtmsg header = {
        .rtm_family = has_destination ? family_of(destination)
                      : has_gateway   ? family_of(gateway)
                                      : AF_INET,
        .rtm_dst_len = (uint8_t)field_number(fields, FIELD_SIZE, 0),
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = RTPROT_BOOT,
        .rtm_scope = has_gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
        .rtm_type = RTN_UNICAST,
    };
    if (header.rtm_family == AF_UNSPEC)
        return -1;
    if (type == RTM_DELROUTE)
        header.rtm_scope = RT_SCOPE_NOWHERE;
    netlink_begin(&request, type, flags, &header, sizeof header);
    if (has_destination)
        netlink_put(&request, RTA_DST, destination.data, destination.left);
    if (has_gateway)
        netlink_put(&request, RTA_GATEWAY, gateway.data, gateway.left);
    if (*name != '\0') {
        unsigned index = if_nametoindex(name);
        if (index == 0) {
            errno = ENODEV;
            return -1;
        }
        netlink_put_u32(&request, RTA_OIF, index);
    }
    return netlink_send(&request);
}

int op_route_add(struct reader fields)
{
    return change_route(fields, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
}

int op_route_delete(struct reader fields)
{
    return change_route(fields, RTM_DELROUTE, 0);
}

/* Messages for nftables, of which the last asks for an acknowledgement. */
int op_packet_filter(struct reader fields)
{
    struct reader messages;
    if (!find_field(fields, FIELD_CONTENT, &messages)) {
        errno = EINVAL;
        return -1;
    }
    return netlink_exchange(NETLINK_NETFILTER, messages.data, messages.left);
}
