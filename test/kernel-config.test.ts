/** The kernel in public/ is the one Docker needs: its own configuration says so. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  checkConfig,
  configOfKernel,
  exceptions,
  features,
  generallyNecessary,
  optional,
  ownNeeds,
} from '../vm-image/kernel/check-config.mjs';

const complete = [...generallyNecessary, ...optional, ...features, ...ownNeeds]
  .filter((name) => !Object.hasOwn(exceptions, name))
  .map((name) => `CONFIG_${name}=y`)
  .join('\n');

describe('checkConfig()', () => {
  test('finds nothing wrong with the kernel in public/', () => {
    const kernel = readFileSync(new URL('../public/machine/kernel.bin', import.meta.url));
    expect(checkConfig(configOfKernel(kernel))).toEqual([]);
  });

  test('names what is missing', () => {
    expect(checkConfig(complete)).toEqual([]);
    expect(checkConfig(complete.replace('CONFIG_KEYS=y', '# CONFIG_KEYS is not set'))).toEqual([
      'CONFIG_KEYS is missing: Docker cannot do without',
    ]);
  });

  test('takes a module for what is not needed at once', () => {
    expect(checkConfig(complete.replace('CONFIG_BTRFS_FS=y', 'CONFIG_BTRFS_FS=m'))).toEqual([]);
    expect(checkConfig(complete.replaceAll('CONFIG_VETH=y', 'CONFIG_VETH=m'))).toEqual([
      'CONFIG_VETH is not built in: the machine stands on it',
    ]);
  });

  test('names an exception that is none', () => {
    expect(checkConfig(`${complete}\nCONFIG_CPUSETS=y`)).toEqual([
      'CONFIG_CPUSETS is on, yet excepted because depends on SMP, and the machine has one processor',
    ]);
  });

  test('excepts what one processor and this kernel cannot have, and nothing else', () => {
    expect(Object.keys(exceptions)).toEqual(['MEMCG_SWAP', 'CPUSETS']);
  });

  test('excepts nothing that is generally necessary', () => {
    expect(generallyNecessary.filter((name) => Object.hasOwn(exceptions, name))).toEqual([]);
  });
});

test('configOfKernel() refuses a kernel without a configuration', () => {
  expect(() => configOfKernel(new Uint8Array(64))).toThrow('kernel carries none');
});
