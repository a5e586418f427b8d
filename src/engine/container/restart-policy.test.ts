import { describe, expect, test } from 'vitest';
import { RestartManager } from './restart-policy.ts';

const run = { exitCode: 1, ranMs: 50, manuallyStopped: false, restartCount: 0 };
const always = { ...run, policy: { Name: 'always' } };

describe('RestartManager', () => {
  test('doubles the delay up to a minute, and starts over after a long run', () => {
    const manager = new RestartManager();
    const delays = Array.from({ length: 12 }, () => manager.delayAfter(always));
    expect(delays.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(delays.at(-1)).toBe(60_000);
    expect(manager.delayAfter({ ...always, ranMs: 10_000 })).toBe(100);
  });

  const policies: readonly [string, Parameters<RestartManager['delayAfter']>[0], boolean][] = [
    ['no', { ...run, policy: { Name: 'no' } }, false],
    ['none given', { ...run, policy: undefined }, false],
    ['always, success', { ...always, exitCode: 0 }, true],
    ['always, signalled', { ...always, manuallyStopped: true }, true],
    ['unless-stopped', { ...run, policy: { Name: 'unless-stopped' } }, true],
    ['unless-stopped, signalled',
      { ...run, policy: { Name: 'unless-stopped' }, manuallyStopped: true }, false],
    ['on-failure', { ...run, policy: { Name: 'on-failure' } }, true],
    ['on-failure, success', { ...run, policy: { Name: 'on-failure' }, exitCode: 0 }, false],
    ['on-failure:2, second time',
      { ...run, policy: { Name: 'on-failure', MaximumRetryCount: 2 }, restartCount: 1 }, true],
    ['on-failure:2, third time',
      { ...run, policy: { Name: 'on-failure', MaximumRetryCount: 2 }, restartCount: 2 }, false],
  ]; // prettier-ignore

  test.each(policies)('%s', (_name, exit, again) => {
    expect(new RestartManager().delayAfter(exit) !== undefined).toBe(again);
  });

  test('a cancelled one never restarts', () => {
    const manager = new RestartManager();
    manager.cancel();
    expect(manager.delayAfter(always)).toBeUndefined();
    expect(manager.signal.aborted).toBe(true);
  });
});
