/* A network interface of which the cable ends at the host: whole Ethernet frames on one stream. */
#ifndef ETHERNET_H
#define ETHERNET_H

#include "stream.h"
#include "wire.h"

/* Work of a job: makes the TAP device and reports it. */
void ethernet_target(struct reader body);
/* Carries the device's frames until the stream is closed, and the device with it; takes both over.
 */
void ethernet_start(struct stream *stream, int fd);

#endif
