/* What programs on the machine connect to: the agent's socket for `docker`, and docker.sock. */
#ifndef LOCAL_H
#define LOCAL_H

#define AGENT_SOCKET_PATH "/run/bottleship/agent.sock"
#define DOCKER_SOCKET_PATH "/run/docker.sock"

/* Listens on both. */
void local_start(void);

#endif
