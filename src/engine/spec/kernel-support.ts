/**
 * What the machine's kernel can limit: the facts behind dockerd's warnings and behind `docker info`. They
 * are those of vm-image/kernel/config, in the terms of moby's sysinfo package.
 */
export const kernelSupport = {
  memoryLimit: true,
  swapLimit: true,
  memoryReservation: true,
  /** Not with cgroup v2. */
  memorySwappiness: false,
  kernelMemory: false,
  oomKillDisable: false,
  cpuShares: true,
  cpuCfs: true,
  /** Not with cgroup v2. */
  cpuRealtime: false,
  /** Needs several processors. */
  cpuset: false,
  pidsLimit: true,
  /** By cost (blk-iocost), which has one weight for all devices: one for each needs BFQ, an I/O scheduler. */
  blkioWeight: true,
  blkioWeightDevice: false,
  blkioThrottle: true,
  cpuCount: 1,
} as const;
