/* The layout of rtnetlink requests; what the kernel makes of them is seen on the machine. */
#include "../netlink.h"
#include "tap.h"

#include <linux/rtnetlink.h>
#include <string.h>

static void test_attributes(void)
{
    struct netlink_request request;
    struct ifinfomsg header = {.ifi_index = 7};
    struct rtattr attribute;
    netlink_begin(&request, RTM_NEWLINK, NLM_F_CREATE, &header, sizeof header);
    size_t start = NLMSG_HDRLEN + sizeof header;
    ok(request.used == start, "a request begins with its two headers");
    netlink_put_text(&request, IFLA_IFNAME, "eth0");
    memcpy(&attribute, request.data + start, sizeof attribute);
    ok(attribute.rta_len == 9 && attribute.rta_type == IFLA_IFNAME, "a text has its zero byte");
    ok(request.used == start + 12, "an attribute is padded to four bytes");
    size_t nest = netlink_nest(&request, IFLA_LINKINFO);
    netlink_put_u32(&request, IFLA_MTU, 1500);
    netlink_nest_end(&request, nest);
    memcpy(&attribute, request.data + nest, sizeof attribute);
    ok(attribute.rta_len == 12, "a nest is as long as what is in it");
    ok(!request.full, "all of it fits");
}

static void test_overflow(void)
{
    struct netlink_request request;
    struct ifinfomsg header = {.ifi_index = 7};
    uint8_t large[NETLINK_REQUEST_MAX] = {0};
    netlink_begin(&request, RTM_NEWLINK, 0, &header, sizeof header);
    netlink_put(&request, IFLA_ADDRESS, large, sizeof large);
    ok(request.full, "what does not fit is told");
    ok(netlink_send(&request) < 0, "and not sent");
}

void test_netlink(void)
{
    test_attributes();
    test_overflow();
}
