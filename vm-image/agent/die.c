#include "die.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_line(const char *format, va_list arguments, int error)
{
    char line[512];
    int used = snprintf(line, sizeof line, "agent: ");
    used += vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    if (used > (int)sizeof line - 64)
        used = (int)sizeof line - 64;
    if (error != 0)
        used += snprintf(line + used, sizeof line - (size_t)used, ": %s", strerror(error));
    line[used++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)used) < 0)
        return;
}

void die_with_error(const char *format, ...)
{
    int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments, saved);
    va_end(arguments);
    while (getpid() == 1)
        pause();
    _exit(70);
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments, 0);
    va_end(arguments);
}
