/* The terminal of the `docker` command: size, raw mode, and stopping without leaving it raw. */
#ifndef DOCKER_TERMINAL_H
#define DOCKER_TERMINAL_H

#include "wire.h"

#include <stdbool.h>

/* Finds the terminal, if any, and makes sure that a broken pipe does not leave it raw. */
void open_terminal(void);
/* A broken pipe is an error to report while it is caught, and else ends this program. */
void catch_broken_pipe(bool caught);
/* Which standard streams are terminals: bits 1, 2 and 4. */
unsigned terminal_mask(void);
void write_terminal_size(struct writer *writer);
void set_raw_mode(bool raw);
/* Stops this process as Ctrl-Z does; returns when it was continued. */
void stop_here(void);
/* Puts the mode back that was set before the process stopped. */
void resume_terminal(void);

#endif
