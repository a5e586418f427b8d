#include "nic.h"
#include "die.h"
#include "protocol.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
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

int nic_open(size_t *frame_size_max)
{
    char name[IFNAMSIZ];
    struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(LINK_ETHERTYPE)};
    int size = RECEIVE_BUFFER_SIZE;
    if (!find_device(name))
        die_with_error("Cannot find a network device");
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
