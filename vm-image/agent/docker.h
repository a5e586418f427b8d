/* The machine's `docker` command: a terminal-side end of the CLI that runs on the host. */
#ifndef DOCKER_H
#define DOCKER_H

int docker_main(char **argv);

#endif
