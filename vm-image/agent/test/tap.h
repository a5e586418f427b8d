/* Test Anything Protocol: each check prints a line; the last line is the plan. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counts and prints one check. */
void ok(bool passed, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints the plan; the exit code is 1 when a check failed. */
int tap_end(void);

/* Whether these are the bytes of a vector in vectors.txt. */
bool is_vector(const char *name, const uint8_t *bytes, size_t length);

void test_wire(void);
void test_queue(void);
void test_link(void);
void test_streams(void);
void test_requests(void);
void test_sockets(void);
void test_paths(void);
void test_tar(void);
void test_netlink(void);

#endif
