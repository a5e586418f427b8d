/** What the machine says of itself, for `/info` and `/version`. */
import type { Daemon } from './daemon.ts';

/** What the machine is built with, should it not say so itself. */
const kernelVersionBuilt = '6.12';

export interface MachineFacts {
  readonly kernelVersion: string;
  /** What the kernel has to give out: less than the machine's memory. */
  readonly memoryBytes: number;
}

/** One round trip; a machine that cannot be asked is described by what it was built as. */
export async function machineFacts({ guest, memorySizeBytes }: Daemon): Promise<MachineFacts> {
  const paths = ['/proc/sys/kernel/osrelease', '/proc/meminfo'];
  const [release, memory] = await guest.readFiles(paths).catch(() => []);
  const kilobytes = Number(/^MemTotal: +(\d+) kB$/m.exec(memory ?? '')?.[1] ?? NaN);
  return {
    kernelVersion: release?.trim() || kernelVersionBuilt,
    memoryBytes: Number.isNaN(kilobytes) ? memorySizeBytes : kilobytes * 1024,
  };
}
