import { expect, test } from 'vitest';
import { checkLogDriver, readLogLimits } from './log-limits.ts';
import { logged } from './logged-container.fixture.ts';

// Each as docker 20.10.24 said it; only a size is read by a later go-units.
test.each([
  ['json-file', { 'max-size': 'bogus' }, "invalid size: 'bogus'"],
  ['json-file', { 'max-size': '-1' }, "invalid size: '-1'"],
  ['json-file', { 'max-size': '0' }, 'max-size must be a positive number'],
  ['json-file', { 'max-size': '10q' }, "invalid suffix: 'q'"],
  ['json-file', { 'max-size': '10m', 'max-file': 'x' }, 'strconv.Atoi: parsing "x": invalid syntax'],
  ['json-file', { 'max-size': '10m', 'max-file': '0' }, 'max-file cannot be less than 1'],
  ['json-file', { compress: 'true' }, 'compress cannot be true when max-file is less than 2 or max-size is not set'],
  ['json-file', { compress: 'maybe' }, 'strconv.ParseBool: parsing "maybe": invalid syntax'],
  ['local', { 'max-size': 'bogus' }, "invalid value for max-size: bogus: invalid size: 'bogus'"],
  ['local', { 'max-file': 'x' }, 'invalid value for max-file: x: strconv.Atoi: parsing "x": invalid syntax'],
  ['local', { 'max-file': '1' }, 'compression cannot be enabled when max file count is 1'],
  ['local', { compress: 'maybe' }, 'error reading compress log option: strconv.ParseBool: parsing "maybe": invalid syntax'],
])('a container with the log driver %s and %j does not start: %s', (Type, given, message) => {
  const Config = Object.fromEntries(Object.entries(given));
  expect(() => checkLogDriver(logged({ hostConfig: { LogConfig: { Type, Config } } }))).toThrow(
    `failed to initialize logging driver: ${message}`,
  );
}); // prettier-ignore

test('readLogLimits() counts in thousands, as both drivers do', () => {
  expect(readLogLimits('json-file', { 'max-size': '10m', 'max-file': '3' })).toEqual({
    sizeBytesMax: 10_000_000,
    fileCountMax: 3,
    compress: false,
  });
  expect(readLogLimits('local', { compress: 'false', 'max-file': '1' })).toMatchObject({
    fileCountMax: 1,
  });
});
