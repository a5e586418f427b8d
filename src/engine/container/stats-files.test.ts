import { describe, expect, test } from 'vitest';
import { stringifyBigints } from '../../lib/json.ts';
import { blkioStats, cpuStats, memoryStats, networkStats, pidsStats } from './stats-files.ts';

describe('the numbers of docker stats', () => {
  test('cpuStats() gives nanoseconds, and the system’s without guest time', () => {
    const cpuStat = 'usage_usec 12\nuser_usec 7\nsystem_usec 5\nnr_periods 3\nthrottled_usec 9\n';
    const procStat = 'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 1\n';
    expect(cpuStats({ cpuStat, procStat })).toEqual({
      cpu_usage: { total_usage: 12_000, usage_in_kernelmode: 5_000, usage_in_usermode: 7_000 },
      system_cpu_usage: 280_000_000,
      online_cpus: 1,
      throttling_data: { periods: 3, throttled_periods: 0, throttled_time: 9_000 },
    });
  });

  test('memoryStats() takes the machine’s memory for a missing limit', () => {
    const texts = { memoryCurrent: '4096\n', memoryStat: 'anon 7\nfile 8\nother 9\n' };
    const { usage, limit, stats } = memoryStats({ ...texts, memoryMax: 'max\n' }, 1000);
    expect([usage, limit, stats?.['anon'], stats?.['other']]).toEqual([4096, 1000, 7, undefined]);
    expect(memoryStats({ ...texts, memoryMax: '500\n' }, 1000).limit).toBe(500);
    expect(memoryStats({}, 1000)).toEqual({});
  });

  test('pidsStats() without a limit is the largest number there is, also as JSON', () => {
    const stats = pidsStats({ pidsCurrent: '3\n', pidsMax: 'max\n' });
    expect(stringifyBigints(stats)).toBe('{"current":3,"limit":18446744073709551615}');
  });

  test('blkioStats() has two entries a device, null for none', () => {
    const ioStat = '8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n';
    expect(blkioStats({ ioStat }).io_service_bytes_recursive).toEqual([
      { major: 8, minor: 0, op: 'read', value: 10 },
      { major: 8, minor: 0, op: 'write', value: 20 },
    ]);
    expect(blkioStats({}).io_service_bytes_recursive).toBeNull();
  });

  test('networkStats() leaves the loopback out', () => {
    const line = (name: string) => `${name}: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n`;
    const netDev = `a\nb\n${line('    lo')}${line('  eth0')}`;
    expect(networkStats({ netDev })).toEqual({
      eth0: {
        rx_bytes: 1, rx_packets: 2, rx_errors: 3, rx_dropped: 4,
        tx_bytes: 5, tx_packets: 6, tx_errors: 7, tx_dropped: 8,
      },
    }); // prettier-ignore
    expect(networkStats({ netDev: `a\nb\n${line('lo')}` })).toBeUndefined();
  });
});
