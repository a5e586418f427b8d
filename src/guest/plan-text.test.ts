import { describe, expect, it } from 'vitest';
import { printOperation, printPlan, quoteWord } from './plan-text.ts';
import type { SetupOperation } from './plan.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const table: readonly (readonly [SetupOperation, string])[] = [
  [
    {
      op: 'mount',
      source: 'overlay',
      target: '/m',
      fstype: 'overlay',
      flags: ['nodev'],
      data: 'lowerdir=/a:/b,upperdir=/u',
    },
    'mount -t overlay -o nodev,lowerdir=/a:/b,upperdir=/u overlay /m',
  ],
  [
    { op: 'mount', source: '', target: '/', fstype: '', flags: ['rprivate'], data: '' },
    'mount --make-rprivate /',
  ],
  [
    {
      op: 'mount',
      source: '/v',
      target: '/data',
      fstype: '',
      flags: ['bind', 'rec', 'ro'],
      data: '',
      root: '/m',
    },
    'mount --rbind -o ro /v /m/data',
  ],
  [
    {
      op: 'mount',
      source: '',
      target: '/',
      fstype: '',
      flags: ['remount', 'bind', 'ro'],
      data: '',
    },
    'mount -o remount,bind,ro /',
  ],
  [{ op: 'umount', target: '/m', detach: true }, 'umount --lazy /m'],
  [{ op: 'mkdir', path: '/a b', mode: 0o755, parents: true }, "mkdir -p -m 0755 '/a b'"],
  [
    { op: 'writeFile', path: '/etc/hostname', content: bytes("it's\n"), mode: 0o644, root: '/m' },
    String.raw`printf %s 'it'\''s` + "\n' > /m/etc/hostname",
  ],
  [
    { op: 'writeFile', path: '/run/key', content: bytes('PRIVATE'), mode: 0o600, secret: true },
    'printf %s … > /run/key',
  ],
  [{ op: 'write', path: '/c/memory.max', content: '33554432' }, 'echo 33554432 > /c/memory.max'],
  [{ op: 'symlink', target: '/proc/self/fd', path: '/dev/fd' }, 'ln -s /proc/self/fd /dev/fd'],
  [
    { op: 'mknod', path: '/dev/null', type: 'char', mode: 0o666, major: 1, minor: 3 },
    'mknod -m 0666 /dev/null c 1 3',
  ],
  [{ op: 'chown', path: '/x', uid: 1, gid: 2 }, 'chown -h 1:2 /x'],
  [{ op: 'chmod', path: '/x', mode: 0o1777 }, 'chmod 01777 /x'],
  [
    { op: 'linkAdd', name: 'veth1', kind: 'veth', peer: 'tmp1', mtu: 1400 },
    'ip link add veth1 mtu 1400 type veth peer name tmp1',
  ],
  [
    { op: 'linkAdd', name: 'mv', kind: 'macvlan', parent: 'eth0', mode: 'bridge' },
    'ip link add link eth0 mv type macvlan mode bridge',
  ],
  [
    { op: 'linkSet', name: 'tmp1', netns: '/proc/7/ns/net', newName: 'eth0' },
    'ip link set dev tmp1 netns /proc/7/ns/net name eth0',
  ],
  [
    { op: 'linkSet', name: 'v', master: 'docker0', mac: '02:42:ac:11:00:02', up: true },
    'ip link set dev v master docker0 address 02:42:ac:11:00:02 up',
  ],
  [{ op: 'linkDelete', name: 'v' }, 'ip link delete v'],
  [
    { op: 'addressAdd', link: 'eth0', address: 'fd00::2', prefixLength: 64 },
    'ip address add fd00::2/64 dev eth0 nodad',
  ],
  [
    { op: 'routeAdd', destination: 'default', gateway: '172.17.0.1', link: 'eth0' },
    'ip route replace default via 172.17.0.1 dev eth0',
  ],
  [
    { op: 'routeDelete', destination: 'fd00::/8', link: 'eth0' },
    'ip -6 route delete fd00::/8 dev eth0',
  ],
  [{ op: 'rename', from: '/a', to: '/b' }, 'mv -T /a /b'],
  [{ op: 'removeTree', path: '/a' }, 'rm -rf --one-file-system /a'],
  [{ op: 'rmdir', path: '/a' }, 'rmdir /a'],
  [{ op: 'copyTree', from: '/a', to: '/b' }, 'cp -a /a/. /b/'],
  [{ op: 'pivotRoot', newRoot: '/m' }, 'cd /m && pivot_root . . && umount -l . && cd /'],
  [
    { op: 'maskPath', path: '/proc/kcore' },
    'if [ -d /proc/kcore ]; then mount -t tmpfs -o ro tmpfs /proc/kcore; elif [ -e /proc/kcore ]; then mount --bind /dev/null /proc/kcore; fi',
  ],
  [
    { op: 'readonlyPath', path: '/proc/sys' },
    'mount --rbind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys',
  ],
  [{ op: 'readonlyTree', path: '/mnt', root: '/r' }, 'mount -o remount,bind,ro=recursive /r/mnt'],
  [{ op: 'sethostname', name: 'box' }, 'hostname box'],
  [{ op: 'linkUp', name: 'lo' }, 'ip link set lo up'],
  [{ op: 'setns', pid: 7, namespaces: ['mnt', 'net'] }, 'nsenter --target=7 --mount --net sh'],
  [
    { op: 'rlimit', resource: 'RLIMIT_NOFILE', soft: 1024n, hard: -1n },
    'prlimit --pid=$$ --nofile=1024:unlimited',
  ],
  [{ op: 'umask', mask: 0o22 }, 'umask 022'],
  [{ op: 'terminal', columns: 80, rows: 24 }, 'script -qc sh /dev/null'],
  [{ op: 'setsid' }, 'setsid --wait sh'],
  [
    {
      op: 'capabilities',
      bounding: ['CAP_CHOWN', 'CAP_NET_RAW'],
      permitted: [],
      effective: [],
      inheritable: [],
      ambient: [],
    },
    'setpriv --bounding-set=-all,+chown,+net_raw sh',
  ],
  [
    { op: 'setUser', uid: 1000, gid: 1000, groups: [] },
    'setpriv --reuid=1000 --regid=1000 --clear-groups sh',
  ],
  [{ op: 'noNewPrivileges' }, 'setpriv --no-new-privs sh'],
  [
    { op: 'touch', path: '/a/b', mode: 0o644, root: '/r' },
    '[ -e /r/a/b ] || install -D --mode=0644 /dev/null /r/a/b',
  ],
  [
    { op: 'deviceTree', from: '/dev', to: '/dev', excluded: ['pts'], root: '/r' },
    "cd /dev && find . -name pts -prune -o '(' -type b -o -type c ')' -print | cpio -pdm /r/dev",
  ],
  [{ op: 'joinKeyring', name: '_ses.x' }, 'keyctl session _ses.x sh'],
  [
    { op: 'seccomp', program: new Uint8Array(16), log: false },
    '# seccomp(2): a filter of 2 instructions; no command does it',
  ],
  [{ op: 'chdir', path: '/w', create: true }, 'mkdir -p /w && cd /w'],
  [
    { op: 'exec', path: 'a', argv: ['a'], env: ['PATH=/', 'KEY=private=1'], secretNames: ['KEY'] },
    "exec env -i PATH=/ 'KEY=…' a",
  ],
  [
    { op: 'exec', path: 'sh', argv: ['sh', '-c', 'exit 7'], env: ['PATH=/bin'] },
    "exec env -i PATH=/bin sh -c 'exit 7'",
  ],
];

describe('printOperation()', () => {
  it.each(table)('prints $op as a command', (operation, text) => {
    expect(printOperation(operation)).toBe(text);
  });
});

describe('printPlan()', () => {
  it('prints causes, the cgroup and the namespaces in order', () => {
    const text = printPlan({
      before: [{ operation: { op: 'rmdir', path: '/a' }, cause: 'Nobody needs it' }],
      clone: { namespaces: ['pid', 'net'], cgroup: '/sys/fs/cgroup/docker/x' },
      child: [{ operation: { op: 'exec', path: 'true', argv: ['true'], env: [] }, cause: '' }],
    });
    expect(text).toBe(
      "# Nobody needs it\nrmdir /a\nsh -c 'echo $$ > /sys/fs/cgroup/docker/x/cgroup.procs && " +
        "exec unshare --pid --fork --net sh'\nexec env -i true\n",
    );
  });
});

describe('quoteWord()', () => {
  it('leaves plain words alone and quotes the others', () => {
    expect(quoteWord('a/b:c')).toBe('a/b:c');
    expect(quoteWord('')).toBe("''");
    expect(quoteWord('a;b')).toBe("'a;b'");
    expect(quoteWord('$HOME')).toBe("'$HOME'");
    expect(quoteWord('/proc/$PID/ns')).toBe('/proc/$PID/ns');
  });
});
