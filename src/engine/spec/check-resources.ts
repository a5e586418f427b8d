/**
 * Checks and adjusts resource limits in dockerd's order and words: what the kernel cannot do is taken
 * out with a warning, what makes no sense is an error. `docker update` uses it too.
 */
import type { Resources } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { kernelSupport } from './kernel-support.ts';

const memoryBytesMin = 6 * 1024 * 1024;
const nanoCpusMax = kernelSupport.cpuCount * 1e9;

/** `warnings` is appended to. `update`: limits that the container has already are not in `resources`. */
export function checkResources<T extends Resources>(
  resources: T,
  options: { readonly warnings: string[]; readonly update?: boolean },
): T {
  const { warnings } = options;
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0 } = resources;
  if (Memory !== 0 && Memory < memoryBytesMin) throw invalid('Minimum memory limit allowed is 6MB');
  if (Memory > 0 && MemorySwap > 0 && MemorySwap < Memory)
    throw invalid('Minimum memoryswap limit should be larger than memory limit, see usage');
  if (Memory === 0 && MemorySwap > 0 && options.update !== true)
    throw invalid('You should always set the Memory limit when using Memoryswap limit, see usage');
  const swappiness = (resources.MemorySwappiness ?? -1) !== -1;
  if (swappiness)
    warnings.push(notSupported('memory swappiness capabilities', 'Memory swappiness'));
  if (MemoryReservation > 0 && MemoryReservation < memoryBytesMin)
    throw invalid('Minimum memory reservation allowed is 6MB');
  if (Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation)
    throw invalid('Minimum memory limit can not be less than memory reservation limit, see usage');
  if ((resources.KernelMemory ?? 0) > 0)
    warnings.push(notSupported('kernel memory limit capabilities', 'Limitation'));
  if (resources.OomKillDisable === true)
    warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.');
  const { KernelMemory: _kernelMemory, ...rest } = resources;
  checkProcessor(resources, warnings);
  return {
    ...(rest as T),
    MemorySwappiness: null,
    OomKillDisable: null,
    PidsLimit: (resources.PidsLimit ?? 0) > 0 ? resources.PidsLimit : null,
    CpusetCpus: '',
    CpusetMems: '',
    CpuPercent: 0,
    ...checkBlockIo(resources, warnings),
  };
}

function checkProcessor(resources: Resources, warnings: string[]): void {
  const { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0 } = resources;
  if (NanoCpus > 0 && CpuPeriod > 0)
    throw invalid('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  if (NanoCpus > 0 && CpuQuota > 0)
    throw invalid('Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  if (NanoCpus < 0 || NanoCpus > nanoCpusMax) {
    const { cpuCount } = kernelSupport;
    const message = `range of CPUs is from 0.01 to ${cpuCount}.00, as there are only ${cpuCount} CPUs available`;
    throw invalid(message);
  }
  if (CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000))
    throw invalid(
      'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
    );
  if (CpuQuota > 0 && CpuQuota < 1000)
    throw invalid('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  if ((resources.CpuPercent ?? 0) > 0)
    warnings.push('linux does not support CPU percent. Percent discarded.');
  if (resources.CpusetCpus || resources.CpusetMems) warnings.push(notSupported('cpuset', 'Cpuset'));
}

function checkBlockIo(
  resources: Resources,
  warnings: string[],
): Pick<Resources, 'BlkioWeight' | 'BlkioWeightDevice'> {
  const { BlkioWeight = 0 } = resources;
  if (BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000))
    throw invalid('range of blkio weight is from 10 to 1000');
  if (resources.IOMaximumBandwidth || resources.IOMaximumIOps) {
    const message =
      'Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps';
    throw invalid(message);
  }
  const devices = resources.BlkioWeightDevice ?? null;
  if (devices === null || devices.length === 0) return { BlkioWeight, BlkioWeightDevice: devices };
  warnings.push(notSupported('Block I/O weight_device', 'Weight-device'));
  return { BlkioWeight, BlkioWeightDevice: [] };
}

function notSupported(what: string, discarded: string): string {
  return `Your kernel does not support ${what} or the cgroup is not mounted. ${discarded} discarded.`;
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
