/** HostConfig's resource limits as cgroup v2 files and rlimits. */
import type { HostConfig } from '../../api/container.ts';
import { runtimeCreateError } from './runtime-error.ts';
import type { SpecLimit, SpecRlimit } from './runtime-spec.ts';

const cpuPeriodMicroseconds = 100_000;

export function cgroupLimits(config: HostConfig): SpecLimit[] {
  const limits: SpecLimit[] = [];
  const add = (file: string, value: number | string, cause: string) =>
    limits.push({ file, value: String(value), cause });
  const {
    Memory = 0,
    MemorySwap = 0,
    MemoryReservation = 0,
    NanoCpus = 0,
    CpuQuota = 0,
    CpuPeriod = 0,
  } = config;
  if (Memory > 0) add('memory.max', Memory, 'Limit the memory; beyond it the kernel kills');
  if (Memory > 0 && MemorySwap !== 0)
    add(
      'memory.swap.max',
      MemorySwap < 0 ? 'max' : MemorySwap - Memory,
      'Limit what may be swapped out, beside the memory',
    );
  if (MemoryReservation > 0) add('memory.low', MemoryReservation, 'Protect this much memory');
  if (NanoCpus > 0) {
    const quota = Math.floor((NanoCpus * cpuPeriodMicroseconds) / 1e9);
    add('cpu.max', `${quota} ${cpuPeriodMicroseconds}`, 'Limit the share of processor time');
  } else if (CpuQuota !== 0 || CpuPeriod > 0) {
    const quota = CpuQuota > 0 ? String(CpuQuota) : 'max';
    const period = CpuPeriod > 0 ? CpuPeriod : cpuPeriodMicroseconds;
    add('cpu.max', `${quota} ${period}`, 'Limit the share of processor time');
  }
  const { CpuShares = 0, BlkioWeight = 0, PidsLimit } = config;
  if (CpuShares > 0)
    add('cpu.weight', cpuWeight(CpuShares), 'Weigh against other containers when busy');
  if (BlkioWeight > 0)
    add('io.weight', ioWeight(BlkioWeight), 'Weigh against other containers when the disk is busy');
  if (typeof PidsLimit === 'number' && PidsLimit > 0)
    add('pids.max', PidsLimit, 'Limit the number of processes, against fork bombs');
  return limits;
}

/** Maps shares 2–262144 onto weights 1–10000 as runc does. */
export function cpuWeight(shares: number): number {
  const bounded = Math.min(Math.max(shares, 2), 262_144);
  return 1 + Math.floor(((bounded - 2) * 9999) / 262_142);
}

/** Maps weights 10–1000 onto 1–10000 as runc does. */
export function ioWeight(blkioWeight: number): number {
  return 1 + Math.floor(((blkioWeight - 10) * 9999) / 990);
}

const rlimitNames = [
  'as', 'core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc',
  'rss', 'rtprio', 'rttime', 'sigpending', 'stack',
]; // prettier-ignore

const unlimited = 2n ** 64n - 1n;

export function rlimitsOf(config: HostConfig): SpecRlimit[] {
  return (config.Ulimits ?? []).map(({ Name, Soft, Hard }) => {
    const name = Name.toLowerCase();
    if (!rlimitNames.includes(name))
      throw runtimeCreateError(`wrong rlimit value: RLIMIT_${Name.toUpperCase()}`);
    const value = (number: number) => (number < 0 ? unlimited : BigInt(number));
    return { type: `RLIMIT_${name.toUpperCase()}`, soft: value(Soft), hard: value(Hard) };
  });
}
