import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorText } from './error-texts.ts';

test('errorText() leaves English and what it does not know', () => {
  expect(errorText('Machine halted', 'en')).toBe('Machine halted');
  expect(errorText('something else', 'zh-Hans')).toBe('something else');
});

test('errorText() translates a message and the message in it', () => {
  expect(errorText('Cannot download "kernel.bin": the server answered 404', 'zh-Hans')).toBe(
    '无法下载“kernel.bin”：服务器返回 404',
  );
  const nested =
    'Cannot restore the session: Cannot read the saved session: part "disk" is not what was saved';
  expect(errorText(nested, 'zh-Hans')).toBe(
    '无法恢复会话：无法读取保存的会话：部分“disk”与保存时的不一致',
  );
});

/** Programming mistakes and what never reaches a reader of the page. */
const unseen = [
  /disposed/, /^There is nothing to store$/, /^Cannot use the disk/, /upgrade a connection/, /^Cannot read response/,
  /^No such shell/, /it is not paused/, /^Cannot store "/,
]; // prettier-ignore

test('errorText() knows what the workers of the page say', () => {
  const folders = ['../browser', '../browser/session'].map((name) => new URL(`${name}/`, import.meta.url)); // prettier-ignore
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /(?<!\.test)\.ts$/.test(name))
      .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  );
  const messages = files
    .flatMap((text) => [...text.matchAll(/['`]((?:Cannot|No such|The|There) [^'`\n]+)['`]/g)])
    .map(([, message = '']) => message.replaceAll(/\$\{[^}]*\}/g, '1'))
    .filter((message) => !unseen.some((pattern) => pattern.test(message)));
  expect(messages.length).toBeGreaterThan(6);
  expect(messages.filter((message) => errorText(message, 'zh-Hans') === message)).toEqual([]);
});
