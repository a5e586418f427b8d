/** `docker update` */
import { containerUpdate } from '../../../client/container-update.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { atLeast } from '../../command/command.ts';
import type { Command } from '../../command/command.ts';
import { parseRestartPolicy } from '../../container-config/build-config.ts';
import { parseCpus, parseMemorySwap } from '../../container-config/validators.ts';
import { bytesFlag, intFlag, stringFlag, unsignedFlag } from '../../flags/flag-spec.ts';
import type { ParsedFlags } from '../../flags/parsed-flags.ts';
import type { Resources } from '../../../api/container.ts';

export const update: Command = {
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Update configuration of one or more containers',
  aliases: 'docker container update, docker update',
  arguments: atLeast(1),
  flags: [
    unsignedFlag(
      'blkio-weight',
      'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)',
      { bits: 16 },
    ),
    intFlag('cpu-period', 'Limit CPU CFS (Completely Fair Scheduler) period'),
    intFlag('cpu-quota', 'Limit CPU CFS (Completely Fair Scheduler) quota'),
    intFlag('cpu-rt-period', 'Limit the CPU real-time period in microseconds'),
    intFlag('cpu-rt-runtime', 'Limit the CPU real-time runtime in microseconds'),
    intFlag('cpu-shares', 'CPU shares (relative weight)', { short: 'c' }),
    { name: 'cpus', label: 'decimal', usage: 'Number of CPUs', initial: 0, set: parseCpus },
    stringFlag('cpuset-cpus', 'CPUs in which to allow execution (0-3, 0,1)'),
    stringFlag('cpuset-mems', 'MEMs in which to allow execution (0-3, 0,1)'),
    bytesFlag('kernel-memory', 'Kernel memory limit (deprecated)', { hidden: true }),
    bytesFlag('memory', 'Memory limit', { short: 'm' }),
    bytesFlag('memory-reservation', 'Memory soft limit'),
    {
      name: 'memory-swap',
      label: 'bytes',
      usage: 'Swap limit equal to memory plus swap: -1 to enable unlimited swap',
      initial: 0,
      set: parseMemorySwap,
    },
    intFlag('pids-limit', 'Tune container pids limit (set -1 for unlimited)'),
    stringFlag('restart', 'Restart policy to apply when a container exits'),
  ],
  async run(context) {
    const { flags, client } = context;
    if (!update.flags.some((flag) => flags.changed(flag.name))) {
      throw new Error('you must provide one or more flags when using this command');
    }
    const restart = flags.string('restart');
    const RestartPolicy =
      restart === '' ? { Name: '', MaximumRetryCount: 0 } : parseRestartPolicy(restart);
    const resources = { ...resourcesOf(flags), RestartPolicy };
    const warnings: string[] = [];
    const failures: string[] = [];
    for (const container of context.args) {
      try {
        warnings.push(...(await containerUpdate(client, { container, resources })));
        await context.out.line(container);
      } catch (error) {
        failures.push(errorMessage(error));
      }
    }
    if (warnings.length > 0) await context.out.line(warnings.join('\n'));
    if (failures.length > 0) throw new Error(failures.join('\n'));
  },
};

function resourcesOf(flags: ParsedFlags): Resources {
  const pidsLimit = flags.number('pids-limit');
  return {
    BlkioWeight: flags.number('blkio-weight'),
    CpusetCpus: flags.string('cpuset-cpus'),
    CpusetMems: flags.string('cpuset-mems'),
    CpuShares: flags.number('cpu-shares'),
    Memory: flags.number('memory'),
    MemoryReservation: flags.number('memory-reservation'),
    MemorySwap: flags.number('memory-swap'),
    CpuPeriod: flags.number('cpu-period'),
    CpuQuota: flags.number('cpu-quota'),
    CpuRealtimePeriod: flags.number('cpu-rt-period'),
    CpuRealtimeRuntime: flags.number('cpu-rt-runtime'),
    NanoCpus: flags.number('cpus'),
    ...(flags.changed('kernel-memory') ? { KernelMemory: flags.number('kernel-memory') } : {}),
    ...(pidsLimit === 0 ? {} : { PidsLimit: pidsLimit }),
  };
}
