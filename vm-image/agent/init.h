/* The init program of containers that ask for one. */
#ifndef INIT_H
#define INIT_H

/* `docker-init [--] PROGRAM [ARGUMENTS]`; returns the program's exit code, 128 + signal when
 * killed. */
int init_main(int argc, char **argv);

#endif
