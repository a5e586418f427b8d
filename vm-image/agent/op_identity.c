/* Who the process is and what it may do: capabilities, user, no_new_privs, seccomp. */
#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int setgroups(size_t count, const gid_t *groups);

enum { INSTRUCTION_SIZE = 8, INSTRUCTIONS_MAX = 4096, KEYRING_PERMISSIONS = 0x3f0b0000 };

/* What op_capabilities announced; changing the user would clear it, so it is applied after. */
static struct {
    bool pending;
    uint64_t permitted;
    uint64_t effective;
    uint64_t inheritable;
    uint64_t ambient;
} wanted;

int op_capabilities(struct reader fields)
{
    uint64_t bounding = field_number(fields, FIELD_BOUNDING, 0);
    wanted.pending = true;
    wanted.permitted = field_number(fields, FIELD_PERMITTED, 0);
    wanted.effective = field_number(fields, FIELD_EFFECTIVE, 0);
    wanted.inheritable = field_number(fields, FIELD_INHERITABLE, 0);
    wanted.ambient = field_number(fields, FIELD_AMBIENT, 0);
    for (unsigned long capability = 0; capability < 64; capability++) {
        if ((bounding >> capability & 1) != 0)
            continue;
        /* EINVAL: past the kernel's last capability. */
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0)
            return errno == EINVAL ? 0 : -1;
    }
    return 0;
}

int apply_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2];
    if (!wanted.pending)
        return 0;
    for (int i = 0; i < 2; i++) {
        sets[i].permitted = (uint32_t)(wanted.permitted >> (32 * i));
        sets[i].effective = (uint32_t)(wanted.effective >> (32 * i));
        sets[i].inheritable = (uint32_t)(wanted.inheritable >> (32 * i));
    }
    wanted.pending = false;
    if (syscall(SYS_capset, &header, sets) < 0)
        return -1;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -1;
    for (unsigned long capability = 0; capability < 64; capability++) {
        if ((wanted.ambient >> capability & 1) != 0 &&
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
            return -1;
    }
    return 0;
}

static size_t read_groups(struct reader fields, gid_t *groups, size_t size)
{
    struct field_view field;
    size_t count = 0;
    while (count < size && read_field(&fields, &field)) {
        if (field.tag == FIELD_GROUP && field.value.left == 4)
            groups[count++] = read_u32(&field.value);
    }
    return count;
}

int op_set_user(struct reader fields)
{
    gid_t groups[256];
    size_t count = read_groups(fields, groups, sizeof groups / sizeof groups[0]);
    uid_t uid = (uid_t)field_number(fields, FIELD_UID, 0);
    gid_t gid = (gid_t)field_number(fields, FIELD_GID, 0);
    /* Without this, leaving uid 0 would clear the permitted set before it can be reduced. */
    if (wanted.pending && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return -1;
    if (setgroups(count, groups) < 0 || setresgid(gid, gid, gid) < 0 ||
        setresuid(uid, uid, uid) < 0)
        return -1;
    prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
    return apply_capabilities();
}

int op_own_streams(struct reader fields)
{
    uid_t uid = (uid_t)field_number(fields, FIELD_UID, 0);
    gid_t gid = (gid_t)field_number(fields, FIELD_GID, 0);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        struct stat status;
        /* What is no pipe of ours is the machine's: its /dev/null above all. */
        if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) && fchown(fd, uid, gid) < 0)
            return -1;
    }
    return 0;
}

int op_join_keyring(struct reader fields)
{
    const char *name = text(fields, FIELD_NAME);
    long keyring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
    /* A kernel without keyrings has nothing to part. */
    if (keyring < 0)
        return errno == ENOSYS ? 0 : -1;
    /* Whoever has it may do all, its user may view and search it: an exec joins it by name. */
    return (int)syscall(SYS_keyctl, KEYCTL_SETPERM, keyring, KEYRING_PERMISSIONS);
}

int op_no_new_privileges(struct reader fields)
{
    (void)fields;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int op_seccomp(struct reader fields)
{
    struct reader program;
    find_field(fields, FIELD_CONTENT, &program);
    size_t count = program.left / INSTRUCTION_SIZE;
    if (count == 0 || count > INSTRUCTIONS_MAX || program.left % INSTRUCTION_SIZE != 0) {
        errno = EINVAL;
        return -1;
    }
    struct sock_filter *filter = malloc(program.left);
    if (filter == NULL)
        return -1;
    memcpy(filter, program.data, program.left);
    struct sock_fprog fprog = {.len = (unsigned short)count, .filter = filter};
    unsigned flags = field_number(fields, FIELD_KIND, 0) != 0 ? SECCOMP_FILTER_FLAG_LOG : 0;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &fprog);
}
