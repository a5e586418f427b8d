import { describe, expect, test } from 'vitest';
import { boolFlag, filterFlag, intFlag, listFlag, mapFlag, stringFlag } from './flag-spec.ts';
import { parseFlags } from './parse-flags.ts';

const specs = [
  boolFlag('interactive', '', { short: 'i' }),
  boolFlag('sig-proxy', '', { initial: true }),
  boolFlag('tty', '', { short: 't' }),
  stringFlag('memory', '', { short: 'm' }),
  stringFlag('name', ''),
  listFlag('env', '', { short: 'e' }),
  listFlag('network-alias', ''),
  listFlag('net-alias', '', { of: 'network-alias' }),
  intFlag('last', '', { short: 'n', initial: -1 }),
  mapFlag('sysctl', ''),
  filterFlag('', { short: 'f' }),
];

function parse(argv: readonly string[], interspersed = true) {
  const notices: string[] = [];
  const result = parseFlags(specs, argv, {
    interspersed,
    onDeprecated: (notice) => notices.push(notice),
  });
  return { ...result, notices };
}

describe('parseFlags()', () => {
  test('reads clusters of short flags, the last with its value', () => {
    const { flags } = parse(['-itm32m']);
    expect([flags.bool('interactive'), flags.bool('tty'), flags.string('memory')]).toEqual([
      true,
      true,
      '32m',
    ]);
  });

  test.each([[['--name', 'x']], [['--name=x']]])('reads %s', (argv) => {
    expect(parse(argv).flags.string('name')).toBe('x');
  });

  test.each([[['-m', '1']], [['-m1']], [['-m=1']]])('reads %s', (argv) => {
    expect(parse(argv).flags.string('memory')).toBe('1');
  });

  test('keeps an empty value', () => {
    const { flags } = parse(['--name=']);
    expect(flags.string('name')).toBe('');
    expect(flags.changed('name')).toBe(true);
  });

  test('takes a flag’s value even when it looks like a flag', () => {
    expect(parse(['-e', '-x', 'y'])).toMatchObject({ arguments: ['y'] });
    expect(parse(['-e', '-x']).flags.list('env')).toEqual(['-x']);
  });

  test('switches take a value only after an equals sign', () => {
    expect(parse(['--sig-proxy=false']).flags.bool('sig-proxy')).toBe(false);
    expect(parse(['--tty', 'false'])).toMatchObject({ arguments: ['false'] });
  });

  test('reads flags between arguments when they are interspersed', () => {
    const { flags, arguments: rest } = parse(['a', '-i', 'b']);
    expect([flags.bool('interactive'), rest]).toEqual([true, ['a', 'b']]);
  });

  test('leaves everything after the first argument alone when they are not', () => {
    const { flags, arguments: rest } = parse(['-t', 'image', '-i', '--', 'x'], false);
    expect([flags.bool('interactive'), flags.bool('tty')]).toEqual([false, true]);
    expect(rest).toEqual(['image', '-i', '--', 'x']);
  });

  test('ends flags at two dashes, and takes one dash as an argument', () => {
    expect(parse(['-', '--', '-i']).arguments).toEqual(['-', '-i']);
  });

  test('collects lists, maps and filters', () => {
    const { flags } = parse('-e A=1 -e B --sysctl a=b=c -f name=x -f Name=y'.split(' '));
    expect(flags.list('env')).toEqual(['A=1', 'B']);
    expect(flags.map('sysctl')).toEqual({ a: 'b=c' });
    expect(flags.filters()).toEqual({ name: ['x', 'y'] });
  });

  test('gives an alias its flag’s value', () => {
    expect(parse(['--net-alias', 'a', '--network-alias=b']).flags.list('network-alias')).toEqual([
      'a',
      'b',
    ]);
  });

  test('asks for help with --help, and with -h under protest', () => {
    expect(parse(['--help'])).toMatchObject({ help: true, notices: [] });
    expect(parse(['-h'])).toMatchObject({
      help: true,
      notices: ['Flag shorthand -h has been deprecated, use --help'],
    });
  });

  test.each([
    [['--nope'], 'unknown flag: --nope'],
    [['-iz'], "unknown shorthand flag: 'z' in -z"],
    [['--name'], 'flag needs an argument: --name'],
    [['-im'], "flag needs an argument: 'm' in -m"],
    [['---'], 'bad flag syntax: ---'],
    [
      ['-n', 'x'],
      'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [
      ['-f', 'x'],
      'invalid argument "x" for "-f, --filter" flag: bad format of filter (expected name=value)',
    ],
  ])('complains about %s', (argv, message) => {
    expect(() => parse(argv)).toThrow(message);
  });
});
