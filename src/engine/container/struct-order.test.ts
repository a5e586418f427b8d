import { expect, test } from 'vitest';
import { orderedConfig, orderedHostConfig } from './struct-order.ts';

test('orderedHostConfig() begins with Binds, and leaves out what holds nothing as dockerd does', () => {
  const given = { CpuShares: 0, Mounts: [], Tmpfs: { '/t': '' }, Binds: null, CapAdd: null };
  expect(JSON.stringify(orderedHostConfig(given))).toBe(
    '{"Binds":null,"CapAdd":null,"Tmpfs":{"/t":""},"CpuShares":0}',
  );
});

test('orderedConfig() keeps a StopTimeout of 0', () => {
  const given = { StopTimeout: 0, Env: [], ExposedPorts: {}, Hostname: 'a' };
  expect(JSON.stringify(orderedConfig(given))).toBe('{"Hostname":"a","Env":[],"StopTimeout":0}');
});
