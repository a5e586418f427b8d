#include "tap.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

static int count, failures;

void ok(bool passed, const char *format, ...)
{
    va_list arguments;
    printf("%sok %d - ", passed ? "" : "not ", ++count);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    failures += passed ? 0 : 1;
}

int tap_end(void)
{
    printf("1..%d\n", count);
    return failures == 0 ? 0 : 1;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_wire();
    test_queue();
    test_link();
    test_streams();
    test_requests();
    test_sockets();
    test_paths();
    test_tar();
    test_netlink();
    return tap_end();
}
