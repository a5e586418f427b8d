import { describe, expect, test } from 'vitest';
import { defaultCapabilities, allCapabilities } from '../spec/capabilities.ts';
import { encodeProgram, interpretProgram } from './bpf.ts';
import { compileSeccomp } from './compile.ts';
import { defaultSeccompProfile } from './default-profile.ts';
import { parseSeccompProfile } from './profile.ts';
import { auditArchitecture, syscallNumbers } from './syscalls-i386.ts';

const allowed = 0x7fff_0000;
const notPermitted = 0x0005_0001;
const notImplemented = 0x0005_0026;
const killed = 0x8000_0000;

function run(
  program: ReturnType<typeof compileSeccomp>,
  number: number,
  args: readonly number[] = [],
  architecture = auditArchitecture,
): number {
  return interpretProgram(program, (offset) => {
    if (offset === 0) return number;
    if (offset === 4) return architecture;
    return args[(offset - 16) / 8] ?? 0;
  });
}

const numberOf = (name: string) => syscallNumbers.get(name) ?? -1;

describe('compileSeccomp() of the default profile', () => {
  const program = compileSeccomp(defaultSeccompProfile, defaultCapabilities);
  const call = (name: string, ...args: number[]) => run(program, numberOf(name), args);

  test('gives every number the verdict that the rules give it', () => {
    const listed = new Set(
      defaultSeccompProfile.rules
        .filter((rule) => rule.includes === undefined && rule.args === undefined)
        .filter((rule) => rule.action === 'SCMP_ACT_ALLOW')
        .flatMap((rule) => rule.names),
    );
    for (const [name, number] of syscallNumbers) {
      if (['clone', 'clone3', 'personality', 'socket', 'chroot'].includes(name)) continue;
      expect([name, run(program, number)]).toEqual([
        name,
        listed.has(name) ? allowed : notPermitted,
      ]);
    }
  });

  test('refuses what Docker refuses and allows chroot, whose capability is in the default set', () => {
    for (const name of [
      'mount',
      'umount2',
      'unshare',
      'setns',
      'bpf',
      'reboot',
      'init_module',
      'keyctl',
      'add_key',
      'swapon',
      'kexec_load',
      'io_uring_setup',
      'userfaultfd',
      'settimeofday',
    ])
      // prettier-ignore
      expect([name, call(name)]).toEqual([name, notPermitted]);
    expect(call('chroot')).toBe(allowed);
  });

  test('looks at arguments: personality, the flags of clone, the family of socket', () => {
    expect(call('personality', 0xffff_ffff)).toBe(allowed);
    expect(call('personality', 0x0040_0000)).toBe(notPermitted);
    expect(call('clone', 0x11)).toBe(allowed);
    expect(call('clone', 0x1000_0000)).toBe(notPermitted);
    expect(call('socket', 2)).toBe(allowed);
    expect(call('socket', 40)).toBe(notPermitted);
  });

  test('answers ENOSYS to clone3 and to calls newer than the profile', () => {
    expect(call('clone3')).toBe(notImplemented);
    expect(run(program, 467)).toBe(notImplemented);
    expect(run(program, 0xffff_ffff)).toBe(notImplemented);
  });

  test('kills a process that calls with another architecture', () => {
    expect(run(program, numberOf('read'), [], 0xc000_003e)).toBe(killed);
  });

  test('opens up with capabilities', () => {
    const all = compileSeccomp(defaultSeccompProfile, allCapabilities);
    for (const name of ['mount', 'clone3', 'unshare', 'reboot', 'bpf', 'settimeofday'])
      expect([name, run(all, numberOf(name))]).toEqual([name, allowed]);
    expect(run(all, numberOf('clone'), [0x7e02_0000])).toBe(allowed);
    expect(run(all, numberOf('keyctl'))).toBe(notPermitted);
  });

  test('is short, and shorter on every path', () => {
    expect(program.length).toBeLessThan(300);
    expect(encodeProgram(program).length).toBe(program.length * 8);
  });
});

describe('compileSeccomp() of a profile of the user', () => {
  test('takes a deny list with an errno, comparisons and several arguments', () => {
    const profile = parseSeccompProfile(
      JSON.stringify({
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [
          { names: ['mkdir', 'nosuchcall'], action: 'SCMP_ACT_ERRNO', errnoRet: 30 },
          {
            name: 'kill',
            action: 'SCMP_ACT_KILL_PROCESS',
            args: [
              { index: 0, value: 10, op: 'SCMP_CMP_GT' },
              { index: 1, value: 9, op: 'SCMP_CMP_LE' },
            ],
          },
        ],
      }),
    );
    if (profile === undefined) throw new Error('No profile');
    const program = compileSeccomp(profile, []);
    expect(run(program, numberOf('mkdir'))).toBe(0x0005_001e);
    expect(run(program, numberOf('rmdir'))).toBe(allowed);
    expect(run(program, numberOf('kill'), [11, 9])).toBe(killed);
    expect(run(program, numberOf('kill'), [10, 9])).toBe(allowed);
    expect(run(program, numberOf('kill'), [11, 10])).toBe(allowed);
    expect(run(program, 1000)).toBe(allowed);
  });

  test('rejects what is not a profile', () => {
    expect(() => parseSeccompProfile('{')).toThrow('Decoding seccomp profile failed');
    expect(() => parseSeccompProfile('{"defaultAction":"X"}')).toThrow(
      'string X is not a valid action for seccomp',
    );
  });
});
