#include "operations.h"
#include "protocol.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct operation_entry {
    int (*apply)(struct reader fields);
    uint8_t path_field;
};

static const struct operation_entry entries[] = {
    [OPERATION_MOUNT] = {op_mount, FIELD_TARGET},
    [OPERATION_UMOUNT] = {op_umount, FIELD_TARGET},
    [OPERATION_MKDIR] = {op_mkdir, FIELD_PATH},
    [OPERATION_WRITE_FILE] = {op_write_file, FIELD_PATH},
    [OPERATION_WRITE] = {op_write, FIELD_PATH},
    [OPERATION_SYMLINK] = {op_symlink, FIELD_PATH},
    [OPERATION_MKNOD] = {op_mknod, FIELD_PATH},
    [OPERATION_CHOWN] = {op_chown, FIELD_PATH},
    [OPERATION_CHMOD] = {op_chmod, FIELD_PATH},
    [OPERATION_RENAME] = {op_rename, FIELD_SOURCE},
    [OPERATION_REMOVE_TREE] = {op_remove_tree, FIELD_PATH},
    [OPERATION_RMDIR] = {op_rmdir, FIELD_PATH},
    [OPERATION_COPY_TREE] = {op_copy_tree, FIELD_SOURCE},
    [OPERATION_PIVOT_ROOT] = {op_pivot_root, FIELD_PATH},
    [OPERATION_MASK_PATH] = {op_mask_path, FIELD_PATH},
    [OPERATION_READONLY_PATH] = {op_readonly_path, FIELD_PATH},
    [OPERATION_SETHOSTNAME] = {op_sethostname, FIELD_NAME},
    [OPERATION_LINK_UP] = {op_link_up, FIELD_NAME},
    [OPERATION_SETNS] = {op_setns, FIELD_PATH},
    [OPERATION_RLIMIT] = {op_rlimit, 0},
    [OPERATION_UMASK] = {op_umask, 0},
    [OPERATION_TERMINAL] = {op_terminal, FIELD_TARGET},
    [OPERATION_SETSID] = {op_setsid, 0},
    [OPERATION_CAPABILITIES] = {op_capabilities, 0},
    [OPERATION_SET_USER] = {op_set_user, 0},
    [OPERATION_NO_NEW_PRIVILEGES] = {op_no_new_privileges, 0},
    [OPERATION_SECCOMP] = {op_seccomp, 0},
    [OPERATION_CHDIR] = {op_chdir, FIELD_PATH},
    [OPERATION_EXEC] = {op_exec, FIELD_PATH},
    [OPERATION_DEVICE_FILTER] = {op_device_filter, FIELD_CGROUP},
    [OPERATION_TOUCH] = {op_touch, FIELD_PATH},
    [OPERATION_DEVICE_TREE] = {op_device_tree, FIELD_TARGET},
    [OPERATION_JOIN_KEYRING] = {op_join_keyring, FIELD_NAME},
    [OPERATION_LOOP_ATTACH] = {op_loop_attach, FIELD_PATH},
    [OPERATION_SYNC] = {op_sync, FIELD_PATH},
    [OPERATION_LINK_ADD] = {op_link_add, FIELD_NAME},
    [OPERATION_LINK_SET] = {op_link_set, FIELD_NAME},
    [OPERATION_LINK_DELETE] = {op_link_delete, FIELD_NAME},
    [OPERATION_ADDRESS_ADD] = {op_address_add, FIELD_NAME},
    [OPERATION_ADDRESS_DELETE] = {op_address_delete, FIELD_NAME},
    [OPERATION_ROUTE_ADD] = {op_route_add, FIELD_NAME},
    [OPERATION_ROUTE_DELETE] = {op_route_delete, FIELD_NAME},
    [OPERATION_READONLY_TREE] = {op_readonly_tree, FIELD_PATH},
    [OPERATION_OWN_STREAMS] = {op_own_streams, 0},
    [OPERATION_UNSHARE] = {op_unshare, 0},
    [OPERATION_PACKET_FILTER] = {op_packet_filter, 0},
};

enum { ENTRY_COUNT = sizeof entries / sizeof entries[0] };

static pid_t plan_pid;

void set_plan_pid(pid_t pid)
{
    plan_pid = pid;
}

const char *text(struct reader fields, uint8_t tag)
{
    char *plain = field_string(fields, tag);
    if (plain == NULL)
        return "";
    char *variable = plan_pid == 0 ? NULL : strstr(plain, "$PID");
    if (variable == NULL)
        return plain;
    size_t size = strlen(plain) + 16;
    char *replaced = malloc(size);
    if (replaced == NULL)
        return plain;
    snprintf(replaced, size, "%.*s%d%s", (int)(variable - plain), plain, (int)plan_pid,
             variable + strlen("$PID"));
    return replaced;
}

int apply_operation(uint8_t operation, struct reader fields)
{
    if (operation >= ENTRY_COUNT || entries[operation].apply == NULL) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return entries[operation].apply(fields);
}

const char *operation_path(uint8_t operation, struct reader fields)
{
    if (operation >= ENTRY_COUNT || entries[operation].path_field == 0)
        return "";
    return text(fields, entries[operation].path_field);
}
