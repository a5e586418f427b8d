/* The device under the link: raw frames of our Ethernet type. Tests put a pipe in its place. */
#ifndef NIC_H
#define NIC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Opens the channel without blocking; dies when there is none. Sets the largest frame's size. */
int nic_open(size_t *frame_size_max);
/* Sends a whole frame; the room for the Ethernet header is in front. -1 with errno on failure. */
ssize_t nic_send(int fd, uint8_t *frame, size_t length);
/* Receives a whole frame; 0 or -1 when there is none now. */
ssize_t nic_receive(int fd, uint8_t *frame, size_t size);

#endif
