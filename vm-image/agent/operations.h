/* Setup operations: each does one step of a plan and returns 0, or -1 with errno. */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "wire.h"

#include <sys/types.h>

/* Executes one operation; EOPNOTSUPP when the code is unknown. */
int apply_operation(uint8_t operation, struct reader fields);
/* The path or name that a failure of this operation is about. */
const char *operation_path(uint8_t operation, struct reader fields);
/* What `$PID` means from now on. */
void set_plan_pid(pid_t pid);
/* A string field with `$PID` replaced; "" when it is missing. Lives as long as the process. */
const char *text(struct reader fields, uint8_t tag);

int op_mount(struct reader fields);
int op_umount(struct reader fields);
int op_pivot_root(struct reader fields);
int op_mask_path(struct reader fields);
int op_readonly_path(struct reader fields);
int op_readonly_tree(struct reader fields);

int op_mkdir(struct reader fields);
int op_write_file(struct reader fields);
int op_touch(struct reader fields);
int op_write(struct reader fields);
int op_symlink(struct reader fields);
int op_mknod(struct reader fields);
int op_chown(struct reader fields);
int op_chmod(struct reader fields);
int op_rename(struct reader fields);
int op_remove_tree(struct reader fields);
int op_rmdir(struct reader fields);
int op_copy_tree(struct reader fields);
int op_chdir(struct reader fields);

int op_sethostname(struct reader fields);
int op_link_up(struct reader fields);
int op_setns(struct reader fields);
int op_unshare(struct reader fields);
int op_rlimit(struct reader fields);
int op_umask(struct reader fields);
int op_setsid(struct reader fields);
int op_terminal(struct reader fields);
int op_exec(struct reader fields);

int op_device_filter(struct reader fields);
int op_device_tree(struct reader fields);
int op_loop_attach(struct reader fields);
int op_sync(struct reader fields);

int op_link_add(struct reader fields);
int op_link_set(struct reader fields);
int op_link_delete(struct reader fields);
int op_address_add(struct reader fields);
int op_address_delete(struct reader fields);
int op_route_add(struct reader fields);
int op_route_delete(struct reader fields);
int op_packet_filter(struct reader fields);

int op_capabilities(struct reader fields);
int op_set_user(struct reader fields);
int op_own_streams(struct reader fields);
int op_no_new_privileges(struct reader fields);
int op_seccomp(struct reader fields);
int op_join_keyring(struct reader fields);
/* Applies what op_capabilities left for later; called before execve in case nobody did. */
int apply_capabilities(void);

#endif
