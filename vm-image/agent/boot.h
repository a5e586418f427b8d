/* From the kernel's hands to a machine with a root file system. */
#ifndef BOOT_H
#define BOOT_H

/* As PID 1 in the initramfs: mounts, moves into the machine's root, puts `docker` there. */
void boot(void);

#endif
