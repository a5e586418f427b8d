import { describe, expect, test } from 'vitest';
import { FakeGuest } from '../../guest/fake-guest.ts';
import { jsonFormat } from './json-format.ts';
import { localFormat } from './local-format.ts';
import { LogFile } from './log-file.ts';
import type { LogFormat, LogLine } from './log-format.ts';
import { logFileOptions } from './log-options.ts';
import { logged } from './logged-container.fixture.ts';

const bytes = (value: string) => new TextEncoder().encode(value);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

function line(value: string, stream: LogLine['stream'] = 'stdout', timeMs = 1000): LogLine {
  return { stream, timeMs, line: bytes(value) };
}

describe('log formats', () => {
  test('json-file escapes as Go does and puts attributes before the time', () => {
    const format = jsonFormat({ l: 'x' });
    expect(text(format.encode([line('a<&>"\\\t\u0001é\n', 'stderr', 1500)]))).toBe(
      '{"log":"a\\u003c\\u0026\\u003e\\"\\\\\\t\\u0001é\\n","stream":"stderr","attrs":{"l":"x"},"time":"1970-01-01T00:00:01.5Z"}\n',
    );
    const invalid = { ...line(''), line: Uint8Array.of(0x61, 0xff, 10) };
    expect(text(jsonFormat({}).encode([invalid]))).toBe(
      '{"log":"a\uFFFD\\n","stream":"stdout","time":"1970-01-01T00:00:01Z"}\n',
    );
  });

  const formats: readonly [string, LogFormat][] = [
    ['json-file', jsonFormat({})],
    ['local', localFormat],
  ];

  test.each(formats)('%s reads back what it wrote, in pieces of any size', (_name, format) => {
    const lines = [line('one\n'), line('two\n', 'stderr', 1_700_000_000_123), line('cut')];
    const encoded = format.encode(lines);
    for (const size of [1, 7, 1000]) {
      const decoder = format.decoder();
      const read: LogLine[] = [];
      for (let at = 0; at < encoded.length; at += size)
        read.push(...decoder.push(encoded.subarray(at, at + size)));
      expect(read.map((one) => ({ ...one, line: text(one.line) }))).toEqual(
        lines.map((one) => ({ ...one, line: text(one.line) })),
      );
    }
  });

  test.each(formats)('%s passes over what is damaged', (_name, format) => {
    expect(() =>
      format.decoder().push(Uint8Array.from({ length: 500 }, (_, i) => i)),
    ).not.toThrow();
  });
});

describe('LogFile', () => {
  test('puts files aside by size and keeps so many', async () => {
    const guest = new FakeGuest();
    const config = { 'max-size': '200', 'max-file': '2' };
    const hostConfig = { LogConfig: { Type: 'json-file', Config: config } };
    const options = logFileOptions(logged({ hostConfig }));
    if (options === undefined) throw new Error('No options');
    const file = new LogFile(guest, options);
    file.append(Array.from({ length: 10 }, (_, index) => line(`${index}\n`)));
    const { sequence } = await file.flush();
    expect(sequence).toBe(10);
    const renames = guest.applied.flatMap(({ before }) =>
      before.map(({ operation }) => (operation.op === 'rename' ? operation.to : '')),
    );
    expect(renames.filter(Boolean).every((to) => to.endsWith('-json.log.1'))).toBe(true);
  });

  test('is none for the driver none, and bounded where dockerd’s would not be', () => {
    const of = (LogConfig: object) => logFileOptions(logged({ hostConfig: { LogConfig } }));
    expect(of({ Type: 'none' })).toBeUndefined();
    expect(of({})).toMatchObject({ sizeBytesMax: 16 * 1024 * 1024, fileCountMax: 2 });
    expect(of({ Type: 'local' })).toMatchObject({ sizeBytesMax: 20_000_000, fileCountMax: 5 });
    expect(of({ Config: { 'max-size': '10m' } })).toMatchObject({
      sizeBytesMax: 10_000_000,
      fileCountMax: 1,
    });
  });
});
