/* The link layer: numbered frames with a window, messages packed into them. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called for each whole message; `left` bytes too few for their length come as `bad`. */
typedef void link_receiver(uint32_t stream, uint8_t type, uint8_t channel, const uint8_t *data,
                           size_t length, bool bad);

/* Opens the device. `lost` is called when the peer starts over or a frame is missing. */
void link_start(link_receiver *receiver, void (*lost)(void));
/* Says hello when nobody has answered yet; the result is epoll's timeout. */
int link_greet(void);
/* Appends a message, in fragments when it is longer than a frame. */
void link_message(uint32_t stream, uint8_t type, uint8_t channel, const void *data, size_t length);
/* Sends what is pending, or an acknowledgement that is due. */
void link_flush(void);
/* Whether readers of files and sockets should wait for loop_resume. */
bool link_congested(void);

#endif
