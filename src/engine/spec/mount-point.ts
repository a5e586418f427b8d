/** `-v`, `--mount` and `--tmpfs` as mount points: what is mounted where, before any of it happens. */
import type { Mount } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';

export interface MountPoint {
  readonly type: 'bind' | 'volume' | 'tmpfs';
  /** Name of a volume; empty for an anonymous one that has no name yet. */
  readonly name: string;
  /** A path of the machine; empty for volumes until they are made. */
  readonly source: string;
  readonly destination: string;
  readonly readWrite: boolean;
  /** The third part of `-v`, as inspect shows it. */
  readonly mode: string;
  readonly propagation: string;
  /** Copy the image's files into an empty volume. */
  readonly copy: boolean;
  /** `-v` makes a missing source directory, `--mount` does not. */
  readonly createSource: boolean;
  /** The data of a tmpfs. */
  readonly options: string;
  /** Inspect lists it: all but those of `--tmpfs`. */
  readonly listed: boolean;
  /** For a volume that is made for it. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly driverOptions?: Readonly<Record<string, string>> | null;
  /** What of a volume is mounted, when it is not the whole. */
  readonly subpath?: string;
  /** What is mounted below the source stays away. */
  readonly nonRecursive?: boolean;
  /** A read-only mount leaves what is mounted below it as it is. */
  readonly readOnlyNonRecursive?: boolean;
  /** There has to be no way to write below it. Every machine of ours can see to that. */
  readonly readOnlyForceRecursive?: boolean;
}

const propagations = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
/** Of each group a mode may have one word. */
const modeGroups = [
  ['rw', 'ro'],
  ['z', 'Z'],
  propagations,
  ['copy', 'nocopy'],
  ['consistent', 'cached', 'delegated', 'default'],
];
const volumeNamePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** `destination`, `source:destination` or `source:destination:mode`. What is none is `system`, as in dockerd. */
export function parseBind(text: string): MountPoint {
  const parts = text.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length > 3 || first === '') throw invalidSpecification(text);
  if (parts.length > 1 && second === '') throw invalidSpecification(text);
  if (parts.length === 2 && isMountMode(second)) throw invalidSpecification(text);
  if (parts.length === 3 && !isMountMode(third))
    throw new KindError('system', `invalid mode: ${third}`);
  const [source, target] = parts.length === 1 ? ['', first] : [first, second];
  const isBind = source.startsWith('/');
  const words = third.split(',');
  const propagation = words.find((word) => propagations.includes(word));
  const type = isBind ? 'bind' : 'volume';
  const problem =
    !isBind && propagation !== undefined
      ? 'field BindOptions must not be specified'
      : destinationProblem(target);
  if (problem !== undefined)
    throw invalidSpecification(text, `invalid mount config for type "${type}": ${problem}`);
  if (!isBind && source !== '') checkVolumeName(source);
  return {
    type,
    name: isBind ? '' : source,
    source: isBind ? cleanPath(source) : '',
    destination: cleanPath(target),
    readWrite: !words.includes('ro'),
    mode: third === '' && !isBind ? 'z' : third,
    propagation: propagation ?? (isBind ? 'rprivate' : ''),
    copy: !isBind && !words.includes('nocopy'),
    createSource: true,
    options: '',
    listed: true,
    labels: null,
  };
}

/** An entry of HostConfig.Mounts. */
export function parseMount(mount: Mount): MountPoint {
  const { Type: type = '', Source: source = '', Target: target = '' } = mount;
  const fail = (detail: string) => invalidMount(mount, detail);
  if (target === '') throw fail('field Target must not be empty');
  const problem = destinationProblem(target);
  if (problem !== undefined) throw fail(problem);
  const readWrite = mount.ReadOnly !== true;
  const base = {
    destination: cleanPath(target),
    readWrite,
    mode: '',
    options: '',
    listed: true,
    labels: null,
  };
  if (type === 'bind') return bindMount(mount, base);
  if (type === 'volume') return volumeMount(mount, base);
  if (type === 'tmpfs') {
    if (source !== '') throw fail('field Source must not be specified');
    const options = tmpfsOptions(mount);
    return {
      ...base,
      type,
      name: '',
      source: '',
      propagation: '',
      copy: false,
      createSource: false,
      options,
    };
  }
  throw fail('mount type unknown');
}

type MountBase = Omit<
  MountPoint,
  'type' | 'name' | 'source' | 'propagation' | 'copy' | 'createSource'
>;

function bindMount(mount: Mount, base: MountBase): MountPoint {
  const { Source: source = '', BindOptions: options } = mount;
  if (source === '') throw invalidMount(mount, 'field Source must not be empty');
  if (!source.startsWith('/'))
    throw invalidMount(mount, `invalid mount path: '${source}' mount path must be absolute`);
  const propagation = options?.Propagation || 'rprivate';
  if (!propagations.includes(propagation))
    throw invalidMount(mount, `invalid propagation mode: ${propagation}`);
  return {
    ...base,
    type: 'bind',
    name: '',
    source: cleanPath(source),
    propagation,
    copy: false,
    createSource: options?.CreateMountpoint === true,
    nonRecursive: options?.NonRecursive === true,
    readOnlyNonRecursive: options?.ReadOnlyNonRecursive === true,
    readOnlyForceRecursive: options?.ReadOnlyForceRecursive === true,
  };
}

function volumeMount(mount: Mount, base: MountBase): MountPoint {
  const { Source: name = '', VolumeOptions: options } = mount;
  checkVolumeDriver(options?.DriverConfig?.Name ?? '', name);
  if (name !== '') checkVolumeName(name);
  const subpath = options?.Subpath ?? '';
  if (subpath !== '' && name === '')
    throw invalidMount(mount, 'must not set Subpath when using anonymous volumes');
  if (subpath !== '' && !isLocalPath(subpath))
    throw invalidMount(mount, 'subpath must be a relative path within the volume');
  if (name === '' && !base.readWrite)
    throw invalidMount(mount, 'must not set ReadOnly mode when using anonymous volumes');
  return {
    ...base,
    type: 'volume',
    name,
    source: '',
    mode: 'z',
    propagation: '',
    copy: options?.NoCopy !== true,
    createSource: false,
    labels: options?.Labels ?? null,
    driverOptions: options?.DriverConfig?.Options ?? null,
    ...(subpath === '' ? {} : { subpath: cleanPath(subpath).slice(1) || '.' }),
  };
}

/** Relative, and by its words alone not leading out of where it begins. */
function isLocalPath(path: string): boolean {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return false;
  }
  return !path.startsWith('/');
}

/** An entry of HostConfig.Tmpfs. */
export function tmpfsMount(destination: string, options: string): MountPoint {
  return {
    type: 'tmpfs',
    name: '',
    source: '',
    destination: cleanPath(destination),
    readWrite: true,
    mode: '',
    propagation: '',
    copy: false,
    createSource: false,
    options,
    listed: false,
    labels: null,
  };
}

/** There is one. Throws `notFound` in dockerd's words. */
export function checkVolumeDriver(driver: string, volume: string): void {
  if (driver === '' || driver === 'local') return;
  const message = `create ${volume}: error looking up volume plugin ${driver}: plugin "${driver}" not found`;
  throw new KindError('notFound', message);
}

export function checkVolumeName(name: string): void {
  if (name.length === 1) {
    const detail = 'volume name is too short, names should be at least two alphanumeric characters';
    throw invalid(`create ${name}: ${detail}`);
  }
  if (volumeNamePattern.test(name)) return;
  const message = `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`;
  throw invalid(message);
}

/** Without `.`, `..`, doubled and trailing slashes; always absolute. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function tmpfsOptions(mount: Mount): string {
  const { SizeBytes: size = 0, Mode: mode = 0 } = mount.TmpfsOptions ?? {};
  const words = mount.ReadOnly === true ? ['ro'] : [];
  if (mode !== 0) words.push(`mode=${mode.toString(8)}`);
  if (size !== 0) words.push(`size=${size}`);
  return words.join(',');
}

/** The third part of `-v`, and the second of `--volumes-from`. */
export function isMountMode(text: string): boolean {
  if (text === '') return true;
  const groups = text.split(',').map((word) => modeGroups.find((group) => group.includes(word)));
  return !groups.includes(undefined) && new Set(groups).size === groups.length;
}

function destinationProblem(target: string): string | undefined {
  if (!target.startsWith('/')) return `invalid mount path: '${target}' mount path must be absolute`;
  if (cleanPath(target) === '/') return `invalid specification: destination can't be '/'`;
  return undefined;
}

function invalidSpecification(text: string, detail?: string): KindError {
  const message = `invalid volume specification: '${text}'`;
  return new KindError('system', detail === undefined ? message : `${message}: ${detail}`);
}

function invalidMount({ Type: type }: Mount, detail: string): KindError {
  return invalid(`invalid mount config for type "${type ?? ''}": ${detail}`);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
