/** `--device`, `--device-cgroup-rule` and the machine's block devices, as nodes, rules and limits. */
import type { HostConfig, ThrottleDevice } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { defaultDeviceRules, type DeviceRule } from './device-filter.ts';
import type { SpecDevice, SpecLimit } from './runtime-spec.ts';

/** Everything of the machine that a HostConfig names by path, as it is at the start. */
export interface MachineDevices {
  readonly nodes: readonly SpecDevice[];
  /** Those nodes with what the container may do with them. */
  readonly rules: readonly DeviceRule[];
  readonly throttles: readonly SpecLimit[];
}

export const noDevices: MachineDevices = { nodes: [], rules: [], throttles: [] };

/** In a privileged container's /dev there is no place for these of the machine's. */
export const privateDeviceNames: readonly string[] = [
  'pts',
  'shm',
  'fd',
  'mqueue',
  '.lxc',
  '.lxd-mounts',
  '.udev',
  'console',
  'ptmx',
];

/** The lists of HostConfig with the word of `io.max` for each. */
export const throttleKinds = [
  ['BlkioDeviceReadBps', 'rbps'],
  ['BlkioDeviceWriteBps', 'wbps'],
  ['BlkioDeviceReadIOps', 'riops'],
  ['BlkioDeviceWriteIOps', 'wiops'],
] as const;

export function throttleLimit(
  { Rate: rate }: ThrottleDevice,
  options: { readonly word: string; readonly major: number; readonly minor: number },
): SpecLimit {
  const { major, minor, word } = options;
  return {
    file: 'io.max',
    value: `${major}:${minor} ${word}=${rate}`,
    cause: 'Limit how fast the container reads or writes a disk',
  };
}

const rulePattern = /^([acb]) ([0-9]+|\*):([0-9]+|\*) ([rwm]{1,3})$/;
const ruleTypes: Readonly<Record<string, readonly DeviceRule['type'][]>> = {
  a: ['char', 'block'],
  c: ['char'],
  b: ['block'],
};

/** `c 10:200 rwm`; type `a` and a number `*` mean any. Rejects in dockerd's words. */
export function parseDeviceRules(text: string): DeviceRule[] {
  const match = rulePattern.exec(text);
  if (match === null) throw new KindError('system', `invalid device cgroup rule format: '${text}'`);
  const [, type = '', major = '*', minor = '*', access = ''] = match;
  const number = (name: 'major' | 'minor', value: string) =>
    value === '*' ? {} : { [name]: Number(value) };
  return (ruleTypes[type] ?? []).map((each) => ({
    type: each,
    access,
    ...number('major', major),
    ...number('minor', minor),
  }));
}

/** What a container may use; undefined for a privileged one, which may use all. */
export function deviceRulesOf(
  hostConfig: HostConfig,
  devices: MachineDevices,
): readonly DeviceRule[] | undefined {
  if (hostConfig.Privileged === true) return undefined;
  const own = (hostConfig.DeviceCgroupRules ?? []).flatMap(parseDeviceRules);
  return own.length === 0 && devices.rules.length === 0
    ? defaultDeviceRules
    : [...defaultDeviceRules, ...devices.rules, ...own];
}

/** No driver serves requests such as `--gpus`. */
export function checkDeviceRequests({ DeviceRequests: requests }: HostConfig): void {
  const request = requests?.[0];
  if (request === undefined) return;
  const capabilities = (request.Capabilities ?? []).map((set) => `[${set.join(' ')}]`).join(' ');
  const driver = JSON.stringify(request.Driver ?? '');
  const message = `could not select device driver ${driver} with capabilities: [${capabilities}]`;
  throw new KindError('system', message);
}
