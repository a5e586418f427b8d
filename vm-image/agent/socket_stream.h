/* What streams of sockets that wait for others have in common. */
#ifndef SOCKET_STREAM_H
#define SOCKET_STREAM_H

#include "stream.h"

/* In a job: reports the socket with a record of that kind. */
void report_socket(uint8_t record, int fd);
/* Tells the host that the socket is open, and on which port. */
void tell_socket(struct stream *stream, int fd);

/* Handlers of streams that take nothing from the host. */
void ignore_data(struct stream *stream, uint8_t channel, const uint8_t *data, size_t length);
void ignore_channel(struct stream *stream, uint8_t channel);
void ignore_control(struct stream *stream, struct reader body);

#endif
