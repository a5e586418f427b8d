/* Standard output and error of the `docker` command, written without waiting for either. */
#ifndef DOCKER_OUTPUT_H
#define DOCKER_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void start_output(void);
void put_output(uint8_t channel, const uint8_t *data, size_t length);
/* What to poll for writing; -1 when nothing waits. */
int output_fd(uint8_t channel);
void write_output(uint8_t channel);
bool output_pending(void);
/* The host waits until what it sent is written: it gets its credit back at once. */
void write_through(bool wanted);

/* Provided by docker.c: gives the host back the right to send so many bytes. */
void send_credit(uint8_t channel, uint32_t amount);
/* Provided by docker.c: tells the host that nobody reads a channel any more. */
void send_broken_pipe(uint8_t channel);

#endif
