/* Loop devices: a file as a block device. */
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LOOP_BLOCK_SIZE = 4096 };

/* Makes /dev/loop<number> unless it is there. */
static int add_device(int number)
{
    int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = ioctl(fd, LOOP_CTL_ADD, number);
    int saved = errno;
    close(fd);
    errno = saved;
    return result < 0 && errno != EEXIST ? -1 : 0;
}

/*
 * Direct I/O, so that nothing is cached twice and writing back under memory pressure needs no page
 * of the file's cache. The device keeps the file open and is never detached: the machine ends with
 * it.
 */
int op_loop_attach(struct reader fields)
{
    int number = (int)field_number(fields, FIELD_MINOR, 0);
    struct loop_config config;
    char device[32];
    if (add_device(number) < 0)
        return -1;
    snprintf(device, sizeof device, "/dev/loop%d", number);
    int device_fd = open(device, O_RDWR | O_CLOEXEC);
    if (device_fd < 0)
        return -1;
    int file_fd = open(text(fields, FIELD_PATH), O_RDWR | O_DIRECT | O_CLOEXEC);
    memset(&config, 0, sizeof config);
    config.fd = (uint32_t)file_fd;
    config.block_size = LOOP_BLOCK_SIZE;
    config.info.lo_flags = LO_FLAGS_DIRECT_IO;
    int result = file_fd < 0 ? -1 : ioctl(device_fd, LOOP_CONFIGURE, &config);
    int saved = errno;
    if (file_fd >= 0)
        close(file_fd);
    close(device_fd);
    errno = saved;
    return result;
}
