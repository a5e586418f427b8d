/*
 * The whole of the hello-world image: prints what just happened and ends. Freestanding, because two
 * system calls need no C library, and the image stays a few kilobytes.
 */

static const char message[] =
    "\n"
    "Hello from Bottleship!\n"
    "This message shows that your installation works.\n"
    "\n"
    "What just happened, step by step:\n"
    " 1. The docker command took what you typed and asked the Bottleship engine, which runs\n"
    "    in a worker of the browser tab, to create a container.\n"
    " 2. The engine asked the registry for the \"hello-world\" image and chose the one that\n"
    "    fits this machine: linux/386.\n"
    " 3. It downloaded the layer, checked it against its digest, kept it for next time, and\n"
    "    showed its files to the Linux kernel over 9p, without unpacking anything.\n"
    " 4. The agent, PID 1 of that kernel, gave a new process its own namespaces, its own\n"
    "    cgroup and an overlay mount of the layer as its root, and started this program.\n"
    " 5. What the program writes, you are reading: the engine streamed it to your terminal.\n"
    "\n"
    "The kernel is real, and so is the container. To look around inside one, try:\n"
    " $ docker run -it --rm busybox sh\n"
    "\n";

enum { SYSCALL_EXIT = 1, SYSCALL_WRITE = 4, FILE_STDOUT = 1 };

static long system_call(long number, long first, const void *second, unsigned long third)
{
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(first), "c"(second), "d"(third)
                     : "memory");
    return result;
}

void _start(void);

void _start(void)
{
    unsigned long written = 0;
    long exit_code = 0;

    while (written < sizeof(message) - 1) {
        long count =
            system_call(SYSCALL_WRITE, FILE_STDOUT, message + written, sizeof(message) - 1 - written);
        if (count <= 0) {
            exit_code = 1;
            break;
        }
        written += (unsigned long)count;
    }
    for (;;)
        system_call(SYSCALL_EXIT, exit_code, 0, 0);
}
