/* Which devices a control group may open: an eBPF program attached to it, as cgroup v2 wants it. */
#include "operations.h"
#include "protocol.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    EBPF_INSTRUCTION_SIZE = 8,
    EBPF_INSTRUCTIONS_MAX = 4096,
    /* Programs kept for the next container; most have the same one. */
    KEPT_MAX = 32,
};

/* Where the machine has the kernel's file system for programs. */
static const char kept_programs[] = "/sys/fs/bpf";

static int bpf(enum bpf_cmd command, union bpf_attr *attributes)
{
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static int load_program(struct reader program)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uintptr_t)program.data;
    attributes.insn_cnt = (uint32_t)(program.left / EBPF_INSTRUCTION_SIZE);
    attributes.license = (uintptr_t) "Apache-2.0";
    return bpf(BPF_PROG_LOAD, &attributes);
}

static void name_kept_program(struct reader program, char path[64])
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    for (size_t i = 0; i < program.left; i++)
        hash = (hash ^ program.data[i]) * 0x100000001b3;
    snprintf(path, 64, "%s/devices-%016llx-%zu", kept_programs, (unsigned long long)hash,
             program.left);
}

static bool is_room_for_one_more(void)
{
    int count = 0;
    DIR *directory = opendir(kept_programs);
    if (directory == NULL)
        return false;
    while (count < KEPT_MAX && readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count < KEPT_MAX;
}

/* To check and compile one takes the kernel a tenth of a container's start: it is done once. */
static int obtain_program(struct reader program)
{
    char path[64];
    union bpf_attr attributes;
    name_kept_program(program, path);
    memset(&attributes, 0, sizeof attributes);
    attributes.pathname = (uintptr_t)path;
    int fd = bpf(BPF_OBJ_GET, &attributes);
    if (fd >= 0)
        return fd;
    fd = load_program(program);
    if (fd >= 0 && is_room_for_one_more()) {
        attributes.bpf_fd = (uint32_t)fd;
        /* Not kept, it is loaded anew next time. */
        bpf(BPF_OBJ_PIN, &attributes);
    }
    return fd;
}

/* The group keeps the program and lets it go when it is removed. */
static int attach_program(int group_fd, int program_fd)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)group_fd;
    attributes.attach_bpf_fd = (uint32_t)program_fd;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    return bpf(BPF_PROG_ATTACH, &attributes);
}

int op_device_filter(struct reader fields)
{
    struct reader program;
    find_field(fields, FIELD_CONTENT, &program);
    size_t count = program.left / EBPF_INSTRUCTION_SIZE;
    if (count == 0 || count > EBPF_INSTRUCTIONS_MAX || program.left % EBPF_INSTRUCTION_SIZE != 0) {
        errno = EINVAL;
        return -1;
    }
    int group_fd = open(text(fields, FIELD_CGROUP), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (group_fd < 0)
        return -1;
    int program_fd = obtain_program(program);
    int result = program_fd < 0 ? -1 : attach_program(group_fd, program_fd);
    int saved = errno;
    if (program_fd >= 0)
        close(program_fd);
    close(group_fd);
    errno = saved;
    return result;
}
