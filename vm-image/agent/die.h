/* Fatal errors of the start-up; once the agent serves, nothing is fatal. */
#ifndef DIE_H
#define DIE_H

/* Prints the message with errno's meaning; PID 1 then sleeps so that the kernel does not panic. */
_Noreturn void die_with_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints a line on the console. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
