/**
 * A setup plan as shell commands that do the same by hand, for the x-ray view. A learner with root on
 * any Linux machine can follow them; what no command does is said in a comment. After pivot_root the commands are the
 * container's own, so options are those that busybox has too.
 */
import { isLinkOperation } from './link-encoder.ts';
import { linkWords } from './link-text.ts';
import type { CloneOptions, NamespaceName, SetupOperation, SetupPlan, SetupStep } from './plan.ts';

const unshareOptions: Readonly<Record<NamespaceName, string>> = {
  mnt: '--mount',
  pid: '--pid --fork',
  net: '--net',
  uts: '--uts',
  ipc: '--ipc',
  user: '--user',
  cgroup: '--cgroup',
  time: '--time',
};

const nsenterOptions: Readonly<Record<NamespaceName, string>> = {
  mnt: '--mount',
  pid: '--pid',
  net: '--net',
  uts: '--uts',
  ipc: '--ipc',
  user: '--user',
  cgroup: '--cgroup',
  time: '--time',
};

/** Flags that mount(8) has options of its own for. */
const mountSwitches: Readonly<Record<string, string>> = {
  move: '--move',
  private: '--make-private',
  rprivate: '--make-rprivate',
  slave: '--make-slave',
  rslave: '--make-rslave',
  shared: '--make-shared',
  rshared: '--make-rshared',
  unbindable: '--make-unbindable',
};

/** Bytes of a file that are told: enough for what a container's own files hold. */
const contentPreviewLength = 1000;

/** A word as a shell reads it back; `$PID` and `$$` mean what they mean in a plan. */
export function quoteWord(word: string): string {
  const plain = word.replaceAll(/\$PID|\$\$/g, '');
  if (word !== '' && /^[A-Za-z0-9_@%+=:,./-]*$/.test(plain)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The whole plan: each step after its cause. */
export function printPlan(plan: SetupPlan): string {
  const lines = printSteps(plan.before);
  if (plan.clone !== undefined) {
    lines.push(...printSteps(plan.clone.join ?? []));
    lines.push(printClone(plan.clone));
  }
  lines.push(...printSteps(plan.parent ?? []), ...printSteps(plan.child ?? []));
  return `${lines.join('\n')}\n`;
}

/** How a shell makes a process in new namespaces, and in a cgroup which the shell itself stays out of. */
export function printClone({ namespaces, cgroup }: Omit<CloneOptions, 'join'>): string {
  const options = namespaces.map((name) => unshareOptions[name]);
  const shell = namespaces.length === 0 ? 'sh' : ['unshare', ...options, 'sh'].join(' ');
  if (cgroup === undefined) return shell;
  const join = `echo $$ > ${quoteWord(`${cgroup}/cgroup.procs`)}`;
  return command('sh', '-c', `${join} && exec ${shell}`);
}

function printSteps(steps: readonly SetupStep[]): string[] {
  return steps.flatMap(({ operation, cause }) => [
    ...(cause === '' ? [] : [`# ${cause}`]),
    printOperation(operation),
  ]);
}

/** One operation as a command line. */
export function printOperation(operation: SetupOperation): string {
  switch (operation.op) {
    case 'mount':
      return printMount(operation);
    case 'umount':
      return command('umount', operation.detach && '--lazy', operation.target);
    case 'mkdir': {
      const mode = octal(operation.mode);
      return command('mkdir', operation.parents && '-p', '-m', mode, inRoot(operation));
    }
    case 'writeFile': {
      const content = operation.secret === true ? '…' : preview(operation.content);
      return `printf %s ${content} > ${quoteWord(inRoot(operation))}`;
    }
    case 'touch':
      return printTouch(operation);
    case 'deviceTree':
      return printDeviceTree(operation);
    case 'write':
      return `echo ${quoteWord(operation.content)} > ${quoteWord(operation.path)}`;
    case 'symlink':
      return command('ln', '-s', operation.target, operation.path);
    case 'mknod':
      return printMknod(operation);
    case 'chown':
      return command('chown', '-h', `${operation.uid}:${operation.gid}`, operation.path);
    case 'chmod':
      return command('chmod', octal(operation.mode), operation.path);
    case 'rename':
      return command('mv', '-T', operation.from, operation.to);
    case 'removeTree':
      return command('rm', '-rf', '--one-file-system', operation.path);
    case 'rmdir':
      return command('rmdir', operation.path);
    case 'copyTree':
      return command('cp', '-a', `${operation.from}/.`, `${operation.to}/`);
    case 'pivotRoot':
      return `cd ${quoteWord(operation.newRoot)} && pivot_root . . && umount -l . && cd /`;
    case 'maskPath':
      return printMask(operation.path);
    case 'readonlyPath': {
      const path = quoteWord(operation.path);
      return `mount --rbind ${path} ${path} && mount -o remount,bind,ro ${path}`;
    }
    case 'readonlyTree':
      return command('mount', '-o', 'remount,bind,ro=recursive', inRoot(operation));
    default:
      return isLinkOperation(operation)
        ? command(...linkWords(operation))
        : printProcessOperation(operation);
  }
}

type ProcessOperation = Extract<
  SetupOperation,
  {
    op:
      | 'sethostname'
      | 'linkUp'
      | 'setns'
      | 'unshare'
      | 'rlimit'
      | 'umask'
      | 'terminal'
      | 'setsid'
      | 'capabilities'
      | 'setUser'
      | 'ownStreams'
      | 'noNewPrivileges'
      | 'seccomp'
      | 'chdir'
      | 'exec'
      | 'deviceFilter'
      | 'joinKeyring'
      | 'loopAttach'
      | 'sync';
  }
>;

function printProcessOperation(operation: ProcessOperation): string {
  switch (operation.op) {
    case 'sethostname':
      return command('hostname', operation.name);
    case 'linkUp':
      return command('ip', 'link', 'set', operation.name, 'up');
    case 'setns': {
      const options = operation.namespaces.map((name) => nsenterOptions[name]);
      if (!('path' in operation))
        return command('nsenter', `--target=${operation.pid}`, ...options, 'sh');
      return command('nsenter', ...options.map((option) => `${option}=${operation.path}`), 'sh');
    }
    case 'unshare':
      return printClone(operation);
    case 'rlimit': {
      const name = operation.resource.toLowerCase().replace(/^rlimit_/, '');
      const range = `${limitValue(operation.soft)}:${limitValue(operation.hard)}`;
      return command('prlimit', '--pid=$$', `--${name}=${range}`);
    }
    case 'umask':
      return command('umask', octal(operation.mask));
    case 'terminal':
      return command('script', '-qc', 'sh', '/dev/null');
    case 'setsid':
      // Without it, the shell that types and the new one would both read the terminal.
      return command('setsid', '--wait', 'sh');
    case 'capabilities': {
      const names = operation.bounding.map((name) => name.replace(/^CAP_/, '').toLowerCase());
      const list = ['-all', ...names.map((name) => `+${name}`)].join(',');
      return command('setpriv', `--bounding-set=${list}`, 'sh');
    }
    case 'ownStreams': {
      const streams = [0, 1, 2].map((number) => `/proc/self/fd/${number}`);
      return command('chown', `${operation.uid}:${operation.gid}`, ...streams);
    }
    case 'setUser':
      return printSetUser(operation);
    case 'noNewPrivileges':
      return command('setpriv', '--no-new-privs', 'sh');
    case 'seccomp':
      return `# seccomp(2): a filter of ${operation.program.length / 8} instructions; no command does it`;
    case 'chdir': {
      const path = quoteWord(operation.path);
      return operation.create ? `mkdir -p ${path} && cd ${path}` : `cd ${path}`;
    }
    case 'deviceFilter':
      return `# bpf(2): a device filter of ${operation.program.length / 8} instructions on ${operation.cgroup}; no command does it`;
    case 'joinKeyring':
      return command('keyctl', 'session', operation.name, 'sh');
    case 'loopAttach':
      return command('losetup', '--direct-io=on', `/dev/loop${operation.device}`, operation.path);
    case 'sync':
      return command('sync', '--file-system', operation.path);
    case 'exec':
      return printExec(operation);
  }
}

/** `install` would empty what is there already. */
function printTouch(operation: Extract<SetupOperation, { op: 'touch' }>): string {
  const path = inRoot(operation);
  const install = command('install', '-D', `--mode=${octal(operation.mode)}`, '/dev/null', path);
  return `[ -e ${quoteWord(path)} ] || ${install}`;
}

function printDeviceTree(operation: Extract<SetupOperation, { op: 'deviceTree' }>): string {
  const target = inRoot({ path: operation.to, ...rootOf(operation.root) });
  const passed = operation.excluded.flatMap((name) => ['-name', name, '-prune', '-o']);
  const find = command(
    'find',
    '.',
    ...passed,
    '(',
    '-type',
    'b',
    '-o',
    '-type',
    'c',
    ')',
    '-print',
  );
  return `cd ${quoteWord(operation.from)} && ${find} | cpio -pdm ${quoteWord(target)}`;
}

function printMount(operation: Extract<SetupOperation, { op: 'mount' }>): string {
  const target = inRoot({ path: operation.target, ...rootOf(operation.root) });
  const bind = operation.flags.includes('bind') && !operation.flags.includes('remount');
  const recursive = operation.flags.includes('rec');
  const switches = operation.flags.flatMap((flag) => mountSwitches[flag] ?? []);
  const options = operation.flags
    .filter((flag) => mountSwitches[flag] === undefined && flag !== 'rec')
    .filter((flag) => flag !== 'bind' || !bind);
  const list = [...options, ...(operation.data === '' ? [] : [operation.data])].join(',');
  return command(
    'mount',
    ...switches,
    bind && (recursive ? '--rbind' : '--bind'),
    ...(operation.fstype === '' ? [] : ['-t', operation.fstype]),
    ...(list === '' ? [] : ['-o', list]),
    operation.source !== '' && sourceOf(operation),
    target,
  );
}

function sourceOf({ source, base }: Extract<SetupOperation, { op: 'mount' }>): string {
  return base === undefined ? source : `${base}/${source}`;
}

function printMknod(operation: Extract<SetupOperation, { op: 'mknod' }>): string {
  const mode = ['-m', octal(operation.mode)];
  if (operation.type === 'fifo') return command('mknod', ...mode, operation.path, 'p');
  const letter = operation.type === 'char' ? 'c' : 'b';
  const { major, minor } = operation;
  return command('mknod', ...mode, operation.path, letter, String(major), String(minor));
}

/** What the kernel does not have needs no mask. */
function printMask(path: string): string {
  const quoted = quoteWord(path);
  const directory = `mount -t tmpfs -o ro tmpfs ${quoted}`;
  const file = `[ -e ${quoted} ]; then mount --bind /dev/null ${quoted}`;
  return `if [ -d ${quoted} ]; then ${directory}; elif ${file}; fi`;
}

function printSetUser(operation: Extract<SetupOperation, { op: 'setUser' }>): string {
  const groups =
    operation.groups.length === 0 ? '--clear-groups' : `--groups=${operation.groups.join(',')}`;
  const ids = [`--reuid=${operation.uid}`, `--regid=${operation.gid}`];
  return command('setpriv', ...ids, groups, 'sh');
}

/** The environment of a program for eyes: secrets by their names alone. */
export function shownEnvironment({
  env,
  secretNames = [],
}: Extract<SetupOperation, { op: 'exec' }>): string[] {
  return env.map((variable) => {
    const [key = ''] = variable.split('=');
    return secretNames.includes(key) ? `${key}=…` : variable;
  });
}

function printExec(operation: Extract<SetupOperation, { op: 'exec' }>): string {
  const [name, ...rest] = operation.argv;
  const env = shownEnvironment(operation);
  const renamed = name !== undefined && name !== operation.path ? ['-a', name] : [];
  if (renamed.length === 0) {
    return command('exec', 'env', '-i', ...env, operation.path, ...rest);
  }
  // The shell's own exec has no way to empty the environment first.
  const inner = command('exec', ...renamed, operation.path, ...rest);
  return command('exec', 'env', '-i', ...env, 'bash', '-c', inner);
}

function command(...words: (string | false)[]): string {
  return words
    .filter((word) => word !== false)
    .map((word) => quoteWord(word))
    .join(' ');
}

function inRoot(place: { readonly path: string; readonly root?: string }): string {
  if (place.root === undefined) return place.path;
  return `${place.root}/${place.path.replace(/^\/+/, '')}`;
}

function rootOf(root: string | undefined): { root?: string } {
  return root === undefined ? {} : { root };
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

function limitValue(value: bigint): string {
  return value < 0n || value >= 0xffffffffffffffffn ? 'unlimited' : String(value);
}

function preview(content: Uint8Array): string {
  const text = new TextDecoder().decode(content.subarray(0, contentPreviewLength));
  return quoteWord(content.length > contentPreviewLength ? `${text}…` : text);
}
