import { expect, test } from 'vitest';
import { FakeGuest } from '../guest/fake-guest.ts';
import { machineFiles } from './machine-files.ts';

const path = '/root/.docker/config.json';

test('the configuration that came along is not asked for', async () => {
  const guest = new FakeGuest();
  guest.files.set(path, new TextEncoder().encode('later'));
  const content = new TextEncoder().encode('{}');
  const told = machineFiles(guest, { processId: 1, configFile: { path, content } });
  expect(await told.readFile(path)).toBe(content);
  const missing = machineFiles(guest, { processId: 1, configFile: { path } });
  await expect(missing.readFile(path)).rejects.toMatchObject({ kind: 'notFound' });
  const unknown = machineFiles(guest, { processId: 1 });
  expect(new TextDecoder().decode(await unknown.readFile(path))).toBe('later');
});
