import { describe, expect, it } from 'vitest';
import {
  formatPlatform,
  matchPlatform,
  noMatchError,
  parsePlatform,
  type Platform,
} from './platform.ts';

const entry = (name: string, platform?: string) => ({
  name,
  ...(platform === undefined ? {} : { platform: raw(platform) }),
});

/** As it stands in a list, not normalised. */
function raw(text: string): Platform {
  const [os = '', architecture = '', variant] = text.split('/');
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

describe('parsePlatform()', () => {
  const table: [text: string, platform: string][] = [
    ['linux/386', 'linux/386'],
    ['linux', 'linux/386'],
    ['386', 'linux/386'],
    ['i386', 'linux/386'],
    ['Linux/I386', 'linux/386'],
    ['amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['arm64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/arm/6', 'linux/arm/v6'],
    ['macos/aarch64', 'darwin/arm64'],
  ];
  for (const [text, platform] of table) {
    it(`reads ${text}`, () => expect(formatPlatform(parsePlatform(text))).toBe(platform));
  }

  it('refuses what is no platform', () => {
    expect(() => parsePlatform('toaster')).toThrow(
      '"toaster": unknown operating system or architecture: invalid argument',
    );
    expect(() => parsePlatform('linux/@')).toThrow('"@" is an invalid component of "linux/@"');
    expect(() => parsePlatform('a/b/c/d')).toThrow('cannot parse platform specifier');
  });
});

describe('matchPlatform()', () => {
  const table: [wanted: string, entries: (string | undefined)[], expected: string[]][] = [
    ['linux/386', ['linux/amd64', 'linux/386'], ['linux/386']],
    ['linux/386', ['linux/i386'], ['linux/i386']],
    ['linux/386', ['linux/amd64', 'linux/arm/v7', 'windows/386'], []],
    ['linux/386', [undefined, 'linux/386'], ['linux/386', 'none']],
    ['linux/386', ['unknown/unknown'], []],
    ['linux/amd64', ['linux/386', 'linux/amd64'], ['linux/amd64', 'linux/386']],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2'], ['linux/amd64/v2', 'linux/amd64']],
    [
      'linux/arm/v7',
      ['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v8'],
      ['linux/arm/v6', 'linux/arm/v5'],
    ],
    ['linux/arm64', ['linux/arm/v7', 'linux/arm64/v8'], ['linux/arm64/v8', 'linux/arm/v7']],
  ];
  for (const [wanted, entries, expected] of table) {
    it(`for ${wanted} takes [${expected.join()}] of [${entries.join()}]`, () => {
      const list = entries.map((platform) => entry(platform ?? 'none', platform));
      expect(matchPlatform(list, parsePlatform(wanted)).map(({ name }) => name)).toEqual(expected);
    });
  }

  it('has Docker say when nothing serves', () => {
    expect(noMatchError(parsePlatform('linux/386')).message).toBe(
      'no matching manifest for linux/386 in the manifest list entries',
    );
  });
});
