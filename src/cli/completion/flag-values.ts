/** What may stand after a flag, for completion: containers and networks by name, and words that are always the same. */
import { signalNames } from '../../lib/signals.ts';
import { allContainers, networkNames, type Names } from './subjects.ts';

export interface FlagValues {
  readonly names: Names;
  /** The value goes on after the word: `size=`. */
  readonly goesOn?: boolean;
}

/** Flags whose value is a file of the caller's. */
export const fileFlags: readonly string[] = ['env-file', 'input', 'output'];

/** Commands where the value of a flag that is not known here is no file of the caller's. */
export const valuesAreNoFiles: readonly string[] = ['create', 'run'];

const capabilities = fixed(
  'ALL CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID ' +
    'CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK ' +
    'CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN ' +
    'CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE ' +
    'CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM ' +
    'CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE',
);

const signals: FlagValues = { names: () => Promise.resolve(signalNames()) };

const platforms = fixed(
  'linux/386 linux/amd64 linux/arm linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm64 linux/arm64/v8 linux/ppc64le ' +
    'linux/s390x linux/riscv64 windows/amd64 wasip1/wasm',
);

const eventFilters = fixed(
  'container= daemon= event= image= label= network= node= scope= type= volume=',
  { goesOn: true },
);

const detachKeys = fixed('ctrl-', { goesOn: true });

const linkValues: FlagValues = {
  names: async (options) => (await allContainers(options)).map((name) => `${name}:`),
  goesOn: true,
};

/** By the flag's name, or by the command's path and the flag's name where commands differ. */
const values: Readonly<Record<string, FlagValues>> = {
  attach: fixed('stderr stdin stdout'),
  'cap-add': capabilities,
  'cap-drop': capabilities,
  cgroupns: fixed('host private'),
  context: fixed('default'),
  'create detach-keys': detachKeys,
  env: { names: ({ env }) => Promise.resolve(Object.keys(env)) },
  'events filter': eventFilters,
  ipc: fixed('container: host none private shareable'),
  'run link': linkValues,
  'create link': linkValues,
  'log-driver': fixed(
    'awslogs fluentd gcplogs gelf journald json-file local logentries splunk syslog',
  ),
  'log-level': fixed('debug info warn error fatal panic'),
  network: { names: networkNames },
  pid: fixed('container: host'),
  platform: platforms,
  pull: fixed('always missing never'),
  restart: fixed('no always on-failure unless-stopped'),
  'run detach-keys': detachKeys,
  'security-opt': fixed('apparmor= label= no-new-privileges seccomp= systempaths=unconfined'),
  signal: signals,
  'stop-signal': signals,
  'storage-opt': fixed('size=', { goesOn: true }),
  'system events filter': eventFilters,
  type: fixed('config container image network node plugin secret service task volume'),
  ulimit: fixed(
    'as= chroot= core= cpu= data= fsize= locks= maxlogins= maxsyslogins= memlock= msgqueue= nice= nofile= nproc= ' +
      'priority= rss= rtprio= sigpending= stack=',
    { goesOn: true },
  ),
  userns: fixed('host'),
  uts: fixed('host'),
  'create volume-driver': fixed('local'),
  'run volume-driver': fixed('local'),
  'volumes-from': { names: allContainers },
};

/** `path` is the command's, without `docker` and `container`. */
export function flagValuesOf(path: string, flag: string): FlagValues | undefined {
  return values[`${path} ${flag}`] ?? values[flag];
}

function fixed(words: string, options: { readonly goesOn?: boolean } = {}): FlagValues {
  return { names: () => Promise.resolve(words.split(' ')), ...options };
}
