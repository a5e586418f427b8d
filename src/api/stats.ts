/** `GET /containers/{id}/stats`. Zero and absent values are left out where dockerd does. */

export interface BlkioStatEntry {
  readonly major: number;
  readonly minor: number;
  readonly op: string;
  readonly value: number;
}

export interface BlkioStats {
  readonly io_service_bytes_recursive: readonly BlkioStatEntry[] | null;
  readonly io_serviced_recursive: readonly BlkioStatEntry[] | null;
  readonly io_queue_recursive: readonly BlkioStatEntry[] | null;
  readonly io_service_time_recursive: readonly BlkioStatEntry[] | null;
  readonly io_wait_time_recursive: readonly BlkioStatEntry[] | null;
  readonly io_merged_recursive: readonly BlkioStatEntry[] | null;
  readonly io_time_recursive: readonly BlkioStatEntry[] | null;
  readonly sectors_recursive: readonly BlkioStatEntry[] | null;
}

/** Times in nanoseconds. */
export interface CpuStats {
  readonly cpu_usage: {
    readonly total_usage: number;
    readonly usage_in_kernelmode: number;
    readonly usage_in_usermode: number;
  };
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
  readonly throttling_data: {
    readonly periods: number;
    readonly throttled_periods: number;
    readonly throttled_time: number;
  };
}

export interface MemoryStats {
  readonly usage?: number;
  /** By the names of cgroup v2's memory.stat. */
  readonly stats?: Readonly<Record<string, number>>;
  readonly failcnt?: number;
  readonly limit?: number;
}

export interface NetworkStats {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly rx_errors: number;
  readonly rx_dropped: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
  readonly tx_errors: number;
  readonly tx_dropped: number;
}

export interface PidsStats {
  readonly current?: number;
  /** The largest 64-bit number when there is no limit, hence bigint on the engine's side. */
  readonly limit?: number | bigint;
}

export interface ContainerStats {
  readonly name: string;
  readonly id: string;
  readonly read: string;
  readonly preread: string;
  readonly pids_stats: PidsStats;
  readonly blkio_stats: BlkioStats;
  readonly num_procs: number;
  readonly storage_stats: Readonly<Record<string, never>>;
  readonly cpu_stats: CpuStats;
  readonly precpu_stats: CpuStats;
  readonly memory_stats: MemoryStats;
  readonly networks?: Readonly<Record<string, NetworkStats>>;
}
