/* Network interfaces: making, changing and removing them. */
#include "netlink.h"
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINK_UP = 1, LINK_DOWN = 2, LINK_MISSING_OK = 1 };

static unsigned link_index(const char *name)
{
    unsigned index = if_nametoindex(name);
    if (index == 0)
        errno = ENODEV;
    return index;
}

/* What any link may have: an address of its own and the size of its packets. */
static void put_common(struct netlink_request *request, struct reader fields)
{
    struct reader mac;
    uint64_t mtu = field_number(fields, FIELD_SIZE, 0);
    if (find_field(fields, FIELD_CONTENT, &mac) && mac.left > 0)
        netlink_put(request, IFLA_ADDRESS, mac.data, mac.left);
    if (mtu > 0)
        netlink_put_u32(request, IFLA_MTU, (uint32_t)mtu);
}

static void put_veth(struct netlink_request *request, struct reader fields)
{
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    size_t peer = netlink_nest(request, VETH_INFO_PEER);
    /* The peer's message header comes before its attributes. */
    if (request->used + sizeof header <= sizeof request->data) {
        memcpy(request->data + request->used, &header, sizeof header);
        request->used += sizeof header;
    }
    netlink_put_text(request, IFLA_IFNAME, text(fields, FIELD_TARGET));
    netlink_nest_end(request, peer);
}

/* What kinds other than veth need: a mode, or a number of their own. */
static void put_kind_data(struct netlink_request *request, struct reader fields, const char *kind)
{
    uint32_t mode = (uint32_t)field_number(fields, FIELD_KIND, 0);
    uint32_t number = (uint32_t)field_number(fields, FIELD_MAJOR, 0);
    uint16_t vlan = (uint16_t)number;
    uint16_t short_mode = (uint16_t)mode;
    if (strcmp(kind, "veth") == 0)
        put_veth(request, fields);
    else if (strcmp(kind, "macvlan") == 0)
        netlink_put_u32(request, IFLA_MACVLAN_MODE, mode);
    else if (strcmp(kind, "ipvlan") == 0)
        netlink_put(request, IFLA_IPVLAN_MODE, &short_mode, sizeof short_mode);
    else if (strcmp(kind, "vlan") == 0)
        netlink_put(request, IFLA_VLAN_ID, &vlan, sizeof vlan);
    else if (strcmp(kind, "vxlan") == 0)
        netlink_put_u32(request, IFLA_VXLAN_ID, number);
}

int op_link_add(struct reader fields)
{
    struct netlink_request request;
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    const char *kind = text(fields, FIELD_DATA);
    const char *parent = text(fields, FIELD_SOURCE);
    netlink_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
    netlink_put_text(&request, IFLA_IFNAME, text(fields, FIELD_NAME));
    if (*parent != '\0') {
        unsigned index = link_index(parent);
        if (index == 0)
            return -1;
        netlink_put_u32(&request, IFLA_LINK, index);
    }
    put_common(&request, fields);
    size_t info = netlink_nest(&request, IFLA_LINKINFO);
    netlink_put_text(&request, IFLA_INFO_KIND, kind);
    size_t data = netlink_nest(&request, IFLA_INFO_DATA);
    put_kind_data(&request, fields, kind);
    netlink_nest_end(&request, data);
    netlink_nest_end(&request, info);
    return netlink_send(&request);
}

/* 0, or -1 when the bridge named as master is not there. */
static int put_master(struct netlink_request *request, struct reader fields)
{
    const char *master = text(fields, FIELD_SOURCE);
    if (*master == '\0')
        return 0;
    unsigned index = link_index(master);
    if (index == 0)
        return -1;
    netlink_put_u32(request, IFLA_MASTER, index);
    return 0;
}

/* Everything in one message: the kernel moves first, and then changes the link where it is. */
int op_link_set(struct reader fields)
{
    struct netlink_request request;
    uint64_t flags = field_number(fields, FIELD_FLAGS, 0);
    struct ifinfomsg header = {
        .ifi_family = AF_UNSPEC,
        .ifi_index = (int)link_index(text(fields, FIELD_NAME)),
        .ifi_flags = (flags & LINK_UP) != 0 ? IFF_UP : 0,
        .ifi_change = (flags & (LINK_UP | LINK_DOWN)) != 0 ? IFF_UP : 0,
    };
    const char *netns = text(fields, FIELD_PATH);
    const char *new_name = text(fields, FIELD_TARGET);
    int netns_fd = -1;
    if (header.ifi_index == 0)
        return -1;
    netlink_begin(&request, RTM_NEWLINK, 0, &header, sizeof header);
    if (put_master(&request, fields) < 0)
        return -1;
    put_common(&request, fields);
    if (*new_name != '\0')
        netlink_put_text(&request, IFLA_IFNAME, new_name);
    if (*netns != '\0') {
        netns_fd = open(netns, O_RDONLY | O_CLOEXEC);
        if (netns_fd < 0)
            return -1;
        netlink_put_u32(&request, IFLA_NET_NS_FD, (uint32_t)netns_fd);
    }
    int result = netlink_send(&request);
    int saved = errno;
    if (netns_fd >= 0)
        close(netns_fd);
    errno = saved;
    return result;
}

int op_link_delete(struct reader fields)
{
    struct netlink_request request;
    struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    int missing_ok = (field_number(fields, FIELD_FLAGS, 0) & LINK_MISSING_OK) != 0;
    header.ifi_index = (int)link_index(text(fields, FIELD_NAME));
    if (header.ifi_index == 0)
        return missing_ok ? 0 : -1;
    netlink_begin(&request, RTM_DELLINK, 0, &header, sizeof header);
    int result = netlink_send(&request);
    return result < 0 && errno == ENODEV && missing_ok ? 0 : result;
}
