import { expect, test } from 'vitest';
import { readMachineFile } from './local-machine.ts';

test('readMachineFile() says what the machine lacks', async () => {
  expect((await readMachineFile('disk.gz')).length).toBeGreaterThan(0);
  await expect(readMachineFile('nosuch.gz')).rejects.toThrow(
    /^Cannot boot the machine: cannot read ".*\/machine\/nosuch\.gz"$/,
  );
});
