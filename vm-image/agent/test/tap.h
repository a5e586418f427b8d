/* Test Anything Protocol: each check prints a line; the last line is the plan. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

/* Counts and prints one check. */
void ok(bool passed, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints the plan; the exit code is 1 when a check failed. */
int tap_end(void);

void test_wire(void);
void test_queue(void);
void test_link(void);
void test_streams(void);
void test_requests(void);
void test_paths(void);
void test_tar(void);

#endif
