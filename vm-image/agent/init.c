/*
 * `docker-init`, the program that `--init` makes PID 1 of a container, with the manners of tini: it
 * runs the command as a child, passes signals on to it, reaps whatever is orphaned, and ends as the
 * child did.
 */
#include "init.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* Faults must not be held back, and the job-control signals are not ours to take. */
static const int kept[] = {SIGFPE,  SIGILL, SIGSEGV, SIGBUS, SIGABRT,
                           SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU};

static void block_signals(sigset_t *all, sigset_t *before)
{
    sigfillset(all);
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++)
        sigdelset(all, kept[i]);
    sigprocmask(SIG_SETMASK, all, before);
    /* Giving the terminal away would stop us otherwise. */
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
}

/* Runs the command in a process group of its own, which the terminal then belongs to. */
static _Noreturn void run_command(char **argv, const sigset_t *before)
{
    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    signal(SIGTTIN, SIG_DFL);
    signal(SIGTTOU, SIG_DFL);
    sigprocmask(SIG_SETMASK, before, NULL);
    execvp(argv[0], argv);
    int error = errno;
    dprintf(STDERR_FILENO, "[FATAL tini (%d)] exec %s failed: %s\n", (int)getpid(), argv[0],
            strerror(error));
    _exit(error == ENOENT ? EXIT_NOT_FOUND : error == EACCES ? EXIT_NOT_EXECUTABLE : 1);
}

/* Reaps all that is dead; the exit code when the command is among them, else -1. */
static int reap(pid_t command)
{
    int status;
    int code = -1;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == command)
            code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return code;
}

int init_main(int argc, char **argv)
{
    sigset_t all, before;
    int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (first >= argc) {
        dprintf(STDERR_FILENO, "Usage: %s [--] PROGRAM [ARGUMENTS]\n", argv[0]);
        return 1;
    }
    block_signals(&all, &before);
    pid_t command = fork();
    if (command < 0) {
        dprintf(STDERR_FILENO, "[FATAL tini (%d)] fork failed: %s\n", (int)getpid(),
                strerror(errno));
        return 1;
    }
    if (command == 0)
        run_command(argv + first, &before);
    while (1) {
        siginfo_t information;
        int number = sigwaitinfo(&all, &information);
        if (number < 0)
            continue;
        if (number != SIGCHLD) {
            kill(command, number);
            continue;
        }
        int code = reap(command);
        if (code >= 0)
            return code;
    }
}
