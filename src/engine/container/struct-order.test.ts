import { expect, test } from 'vitest';
import { orderedConfig, orderedHostConfig } from './struct-order.ts';

test('orderedHostConfig() begins with Binds, and leaves out what holds nothing as dockerd does', () => {
  const given = { CpuShares: 0, Mounts: [], Tmpfs: { '/t': '' }, Binds: null, CapAdd: null };
  expect(JSON.stringify(orderedHostConfig(given))).toBe(
    '{"Binds":null,"CapAdd":null,"Tmpfs":{"/t":""},"CpuShares":0}',
  );
});

test('orderedConfig() keeps a StopTimeout of 0, and of a health check what was given', () => {
  const Healthcheck = { Interval: 5, Retries: 0, Test: ['NONE'] };
  const given = { StopTimeout: 0, Env: [], ExposedPorts: {}, Hostname: 'a', Healthcheck };
  expect(JSON.stringify(orderedConfig(given))).toBe(
    '{"Hostname":"a","Env":[],"Healthcheck":{"Test":["NONE"],"Interval":5},"StopTimeout":0}',
  );
});
