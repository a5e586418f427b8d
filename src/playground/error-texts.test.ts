import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorText } from './error-texts.ts';

test('errorText() says what the kernel refused in words', () => {
  const message = 'Cannot removeTree "/proc/1": EACCES';
  expect(errorText(message, 'en')).toBe('Cannot remove "/proc/1": permission denied');
  expect(errorText(message, 'zh-Hans')).toBe('无法删除“/proc/1”：权限不足');
  expect(errorText('Cannot linkAdd "br0": EXFULL', 'zh-Hans')).toBe(
    '无法执行 linkAdd “br0”：EXFULL',
  );
  expect(errorText('Cannot make a process: ENOMEM', 'zh-Hans')).toBe('无法创建进程：内存不足');
});

test('errorText() leaves what a program or Docker said as it was', () => {
  const said = 'The start script ended with 1: $1: command not found';
  expect(errorText(said, 'zh-Hans')).toBe('起始脚本以退出码 1 结束: $1: command not found');
  expect(errorText('Error response from daemon: dial tcp: no route', 'zh-Hans')).toBe(
    'Docker 守护进程返回错误：dial tcp: no route',
  );
});

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
  /disposed/, /is disposed/, /^There is no terminal/, /^The file tree of the page/, /^Process is not wanted/, /^There is nothing to store$/, /^Cannot use the disk/, /upgrade a connection/, /^Cannot read response/,
  /^No such shell/, /it is not paused/, /^Cannot store "/,
]; // prettier-ignore

/** Everything whose failures the page shows outside of a terminal: workers, files, lessons, the link to the machine. */
const sources = [
  '../browser', '../browser/session', '../host/host-files.ts', '../guest/requests.ts', '../guest/agent-client.ts',
  '../guest/guest-process.ts', '../lesson/fetch-course.ts', '../lesson/play-step.ts', './files', './share',
  './views/lesson', './worker-host.ts',
]; // prettier-ignore

function textsOf(path: string): string[] {
  const at = new URL(path, import.meta.url);
  if (path.endsWith('.ts')) return [readFileSync(at, 'utf8')];
  return readdirSync(at)
    .filter((name) => /(?<!\.test|\.strings|fake-.*)\.ts$/.test(name))
    .map((name) => readFileSync(new URL(`${path}/${name}`, import.meta.url), 'utf8'));
}

test('errorText() knows what the workers, files and lessons of the page say', () => {
  const messages = sources
    .flatMap(textsOf)
    .flatMap((text) => [
      ...text.matchAll(
        /(?:'((?:Cannot|No such|The|There|Writing|Process|Agent closed) [^'\n]+)'|`((?:Cannot|No such|The|There|Writing|Process) [^`\n]+)`|"(The course's [^"\n]+)")/g,
      ),
    ]) // prettier-ignore
    .map(([, quoted, template, other]) => quoted ?? template ?? other ?? '')
    .map((message) =>
      message.replace('${name} worker', 'engine worker').replace('${limit}', 'more than 1 bytes'),
    )
    .map((message) => message.replaceAll(/\$\{[^}]*\}/g, '1'))
    .map((message) =>
      /^(Writing|The (start|reset|solution))/.test(message) ? `${message} ended with 1` : message,
    ) // prettier-ignore
    .filter((message) => !unseen.some((pattern) => pattern.test(message)));
  expect(messages.length).toBeGreaterThan(30);
  expect(messages.filter((message) => errorText(message, 'zh-Hans') === message)).toEqual([]);
});
