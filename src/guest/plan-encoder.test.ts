import { describe, expect, it } from 'vitest';
import {
  capabilityMask,
  encodeOperation,
  encodeRun,
  namespaceMask,
  rlimitNumber,
} from './plan-encoder.ts';
import { field, openKind, operation, section } from './protocol.ts';
import { Fields } from './wire.ts';

describe('encodeRun()', () => {
  it('writes options, namespaces and the sections that have steps', () => {
    const body = encodeRun(
      {
        before: [{ operation: { op: 'rmdir', path: '/a' }, cause: 'x' }],
        clone: { namespaces: ['pid', 'net'], cgroup: '/c' },
        child: [{ operation: { op: 'setsid' }, cause: 'y' }],
      },
      { traced: true, stdio: { stdin: true, stdout: false, stderr: true } },
    );
    expect(body[0]).toBe(openKind.run);
    const fields = new Fields(body.subarray(1));
    expect(fields.number(field.stdio)).toBe(5);
    expect(fields.number(field.traced)).toBe(1);
    expect(fields.number(field.namespaces)).toBe(0x60000000);
    expect(fields.text(field.cgroup)).toBe('/c');
    expect(fields.bytes(field.section)?.[0]).toBe(section.before);
  });
});

describe('encodeRun() with a terminal', () => {
  it('asks for no pipes', () => {
    const child = [{ operation: { op: 'terminal', columns: 80, rows: 24 }, cause: '' }] as const;
    const stdio = { stdin: true, stdout: true, stderr: true };
    const body = encodeRun({ before: [], clone: { namespaces: [] }, child }, { stdio });
    expect(new Fields(body.subarray(1)).number(field.stdio, 9)).toBe(0);
  });
});

describe('encodeOperation()', () => {
  it('turns mount flags into their bits', () => {
    const bytes = encodeOperation({
      op: 'mount',
      source: 'a',
      target: 'b',
      fstype: '',
      flags: ['bind', 'ro', 'rec'],
      data: '',
      root: '/r',
    });
    expect(bytes[0]).toBe(operation.mount);
    const fields = new Fields(bytes.subarray(1));
    expect(fields.number(field.flags)).toBe(0x1000 | 0x1 | 0x4000);
    expect(fields.text(field.root)).toBe('/r');
  });

  it('writes every argument of exec, empty ones too', () => {
    const bytes = encodeOperation({ op: 'exec', path: 'x', argv: ['x', '', 'y'], env: ['A=1'] });
    const fields = new Fields(bytes.subarray(1));
    expect(fields.texts(field.argument)).toEqual(['x', '', 'y']);
    expect(fields.texts(field.environment)).toEqual(['A=1']);
  });

  it('writes unlimited limits with 64 bits', () => {
    const bytes = encodeOperation({ op: 'rlimit', resource: 'nofile', soft: 1n, hard: -1n });
    const fields = new Fields(bytes.subarray(1));
    expect(fields.bytes(field.hard)).toEqual(new Uint8Array(8).fill(255));
  });
});

describe('names', () => {
  it('capabilityMask() refuses names without CAP_', () => {
    expect(capabilityMask(['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE'])).toBe(1n | (1n << 40n));
    expect(() => capabilityMask(['CHOWN'])).toThrow('Unknown capability "CHOWN"');
  });

  it('rlimitNumber() accepts each spelling', () => {
    expect([rlimitNumber('nofile'), rlimitNumber('RLIMIT_NOFILE')]).toEqual([7, 7]);
    expect(() => rlimitNumber('nofiles')).toThrow('Unknown limit "nofiles"');
  });

  it('namespaceMask() joins the flags of clone', () => {
    expect(namespaceMask([])).toBe(0);
    expect(namespaceMask(['mnt', 'uts'])).toBe(0x4020000);
  });
});
