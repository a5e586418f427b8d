/** The kernel in public/ is the one Docker needs: its own configuration says so. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  checkConfig,
  configOfKernel,
  exceptions,
  generallyNecessary,
  optional,
  ownNeeds,
} from '../vm-image/kernel/check-config.mjs';

const complete = [...generallyNecessary, ...optional, ...ownNeeds]
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
    expect(checkConfig(complete.replace('CONFIG_VETH=y', '# CONFIG_VETH is not set'))).toEqual([
      'CONFIG_VETH is missing: Docker cannot do without',
    ]);
  });

  test('names an exception that is none', () => {
    expect(checkConfig(`${complete}\nCONFIG_CPUSETS=y`)).toEqual([
      'CONFIG_CPUSETS is on, yet excepted because depends on SMP, and the machine has one processor',
    ]);
  });

  test('excepts nothing that is generally necessary', () => {
    expect(generallyNecessary.filter((name) => Object.hasOwn(exceptions, name))).toEqual([]);
  });
});

test('configOfKernel() refuses a kernel without a configuration', () => {
  expect(() => configOfKernel(new Uint8Array(64))).toThrow('kernel carries none');
});
