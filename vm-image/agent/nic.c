#include "nic.h"
#include "die.h"
#include "protocol.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for a whole window at the kernel's own accounting, with a wide margin. */
enum { RECEIVE_BUFFER_SIZE = 8 * 1024 * 1024 };

static uint8_t address[6];

/* The first network interface that is a device, not loopback, a bridge or the like. */
static bool find_device(char name[IFNAMSIZ])
{
    for (unsigned index = 1; index < 16; index++) {
        char path[64];
        if (if_indextoname(index, name) == NULL)
            continue;
        snprintf(path, sizeof path, "/sys/class/net/%s/device", name);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

static size_t bring_up(const char *name)
{
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_with_error("Cannot open a socket for \"%s\"", name);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(fd, SIOCGIFHWADDR, &request) == 0)
        memcpy(address, request.ifr_hwaddr.sa_data, sizeof address);
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
        die_with_error("Cannot read the flags of \"%s\"", name);
    request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
    if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        die_with_error("Cannot bring up \"%s\"", name);
    if (ioctl(fd, SIOCGIFMTU, &request) < 0)
        die_with_error("Cannot read the MTU of \"%s\"", name);
    close(fd);
    return (size_t)request.ifr_mtu;
}

static int open_namespace(void)
{
    int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die_with_error("Cannot open the network namespace");
    return fd;
}

/* `ip link set DEVICE netns FD`, by a socket of the namespace that the device leaves. */
static void move_device(int socket_fd, int device, int namespace_fd)
{
    struct {
        struct nlmsghdr head;
        struct ifinfomsg link;
        struct rtattr attribute;
        int32_t namespace_fd;
    } request = {
        .head = {.nlmsg_len = sizeof request,
                 .nlmsg_type = RTM_NEWLINK,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
        .link = {.ifi_index = device},
        .attribute = {.rta_len = RTA_LENGTH(sizeof(int32_t)), .rta_type = IFLA_NET_NS_FD},
        .namespace_fd = namespace_fd,
    };
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        char rest[256];
    } reply = {0};
    if (send(socket_fd, &request, sizeof request, 0) < 0 ||
        recv(socket_fd, &reply, sizeof reply, 0) < (ssize_t)sizeof reply.head)
        die_with_error("Cannot ask to move the network device");
    errno = -reply.error.error;
    if (reply.head.nlmsg_type != NLMSG_ERROR || errno != 0)
        die_with_error("Cannot move the network device");
}

/*
 * Takes the device out of the machine's own network namespace into a new one and stays there: a
 * container in the machine's namespace (--network host) must not see the frames of this channel,
 * still less send some. Returns the way back, for setns(2).
 */
static int hide_device(const char *name)
{
    int machine = open_namespace();
    int device = (int)if_nametoindex(name);
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink < 0 || unshare(CLONE_NEWNET) < 0)
        die_with_error("Cannot make a network namespace for \"%s\"", name);
    int own = open_namespace();
    move_device(netlink, device, own);
    close(own);
    close(netlink);
    return machine;
}

int nic_open(size_t *frame_size_max)
{
    char name[IFNAMSIZ];
    struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(LINK_ETHERTYPE)};
    int size = RECEIVE_BUFFER_SIZE;
    if (!find_device(name))
        die_with_error("Cannot find a network device");
    int machine = hide_device(name);
    *frame_size_max = bring_up(name) + ETHERNET_HEADER_SIZE;
    /* Protocol 0 until bound, so that no other interface's frames are queued meanwhile. */
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        die_with_error("Cannot open a packet socket");
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
        die_with_error("Cannot enlarge the buffers of \"%s\"", name);
    link.sll_ifindex = (int)if_nametoindex(name);
    if (bind(fd, (struct sockaddr *)&link, sizeof link) < 0)
        die_with_error("Cannot bind to \"%s\"", name);
    /* The socket alone holds its namespace from here on. */
    if (setns(machine, CLONE_NEWNET) < 0)
        die_with_error("Cannot return to the machine's network namespace");
    close(machine);
    return fd;
}

ssize_t nic_send(int fd, uint8_t *frame, size_t length)
{
    memset(frame, 0xff, 6);
    memcpy(frame + 6, address, sizeof address);
    frame[12] = LINK_ETHERTYPE >> 8;
    frame[13] = LINK_ETHERTYPE & 0xff;
    return send(fd, frame, length, MSG_DONTWAIT);
}

ssize_t nic_receive(int fd, uint8_t *frame, size_t size)
{
    ssize_t length = recv(fd, frame, size, MSG_DONTWAIT | MSG_TRUNC);
    return length > (ssize_t)size ? 0 : length;
}
