import { expect, test } from 'vitest';
import { checkDriverOptions } from './driver-options.ts';

test.each([
  [{ nosuch: '1' }, 'create aa: invalid option: "nosuch"'],
  [{ size: 'x' }, "create aa: invalid size: 'x'"],
  [{ size: '1m' }, 'create aa: quota size requested but no quota support'],
  [{ device: 'tmpfs' }, 'create aa: missing required option: "type"'],
  [{ type: 'tmpfs' }, 'create aa: missing required option: "device"'],
  [{ o: 'x' }, 'create aa: missing required option: "device"'],
])('%j: %s', (options: Record<string, string>, message) => {
  expect(() => checkDriverOptions('aa', options)).toThrow(message);
});

test('none, and no size, are fine', () => {
  checkDriverOptions('aa', {});
  checkDriverOptions('aa', { size: '0' });
  checkDriverOptions('aa', { type: 'tmpfs', device: 'tmpfs', o: 'size=1m,uid=1000' });
});
