import { describe, expect, test } from 'vitest';
import { goFileMode } from '../container-stat-path.ts';
import { archivePath, baseName } from './archive-path.ts';

describe('paths of the archive routes', () => {
  const cases: readonly [string, string, string][] = [
    ['/', '/', '/'],
    ['x', '/x', 'x'],
    ['/x/', '/x/', 'x'],
    ['/x/.', '/x/.', '.'],
    ['/x//y/../z', '/x/z', 'z'],
    ['../../etc', '/etc', 'etc'],
    ['.', '/.', '.'],
    ['..', '/', '/'],
  ];

  test.each(cases)('archivePath(%j) is %j, whose base name is %j', (path, absolute, base) => {
    expect(archivePath(path)).toBe(absolute);
    expect(baseName(absolute)).toBe(base);
  });

  test('goFileMode() has Go’s bits, as dockerd answered them', () => {
    expect(goFileMode({ type: 'dir', mode: 0o755 })).toBe(2147484141);
    expect(goFileMode({ type: 'dir', mode: 0o1777 })).toBe(2148532735);
    expect(goFileMode({ type: 'symlink', mode: 0o777 })).toBe(134218239);
    expect(goFileMode({ type: 'fifo', mode: 0o644 })).toBe(33554852);
    expect(goFileMode({ type: 'char', mode: 0o666 })).toBe(69206454);
    expect(goFileMode({ type: 'file', mode: 0o4755 })).toBe(8389101);
  });
});
