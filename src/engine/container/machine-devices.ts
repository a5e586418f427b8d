/** Looks up what `--device` and the disk limits name: numbers, kind, mode and owner of the machine's nodes. */
import type { DeviceMapping, HostConfig } from '../../api/container.ts';
import type { FileStat, Guest } from '../../guest/guest.ts';
import { errorKind, KindError } from '../../lib/errors.ts';
import type { DeviceRule } from '../spec/device-filter.ts';
import { noDevices, throttleKinds, throttleLimit, type MachineDevices } from '../spec/devices.ts';
import type { SpecDevice, SpecLimit } from '../spec/runtime-spec.ts';

/** `--device DIRECTORY` takes all in it; more than this is no directory of devices. */
const deviceCountMax = 512;

/** Rejects in dockerd's words when a path is not there or no device. Asks the machine only when it must. */
export async function findDevices(guest: Guest, hostConfig: HostConfig): Promise<MachineDevices> {
  const throttles = await findThrottles(guest, hostConfig);
  const mappings = hostConfig.Devices ?? [];
  if (throttles.length === 0 && mappings.length === 0) return noDevices;
  const nodes: SpecDevice[] = [];
  const rules: DeviceRule[] = [];
  for (const mapping of mappings) {
    if (hostConfig.Privileged === true && mapping.PathOnHost === mapping.PathInContainer) continue;
    for (const node of await mappedDevices(guest, mapping)) {
      nodes.push(node);
      const { type, major, minor } = node;
      rules.push({ type, major, minor, access: mapping.CgroupPermissions || 'rwm' });
    }
  }
  return { nodes, rules, throttles };
}

/** `--device-read-bps` and its like, with the numbers of the devices. Rejects in dockerd's words. */
export async function findThrottles(guest: Guest, hostConfig: HostConfig): Promise<SpecLimit[]> {
  const limits: SpecLimit[] = [];
  for (const [list, word] of throttleKinds)
    for (const throttle of hostConfig[list] ?? []) {
      const { device } = await statDevice(guest, throttle.Path, (reason) => {
        throw new KindError('system', `stat ${throttle.Path}: ${reason}`);
      });
      // As dockerd: a path that is no device has the number 0:0, which the kernel then refuses.
      limits.push(throttleLimit(throttle, { word, ...(device ?? { major: 0, minor: 0 }) }));
    }
  return limits;
}

async function mappedDevices(guest: Guest, mapping: DeviceMapping): Promise<SpecDevice[]> {
  const { PathOnHost: source } = mapping;
  const target = mapping.PathInContainer || source;
  const fail = (reason: string): never => {
    const what = `error gathering device information while adding custom device ${JSON.stringify(source)}`;
    throw new KindError('system', `${what}: ${reason}`);
  };
  const status = await statDevice(guest, source, fail);
  const node = deviceOf(status, { source, path: target });
  if (node !== undefined) return [node];
  const found = status.type === 'dir' ? await devicesBelow(guest, source, target) : [];
  return found.length > 0 ? found : fail('not a device node');
}

async function devicesBelow(guest: Guest, source: string, target: string): Promise<SpecDevice[]> {
  const found: SpecDevice[] = [];
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const name of await guest.readDirectory(source + path)) {
      const below = `${path}/${name}`;
      const status = await guest.stat(source + below);
      const node = deviceOf(status, { source: source + below, path: target + below });
      if (node !== undefined) found.push(node);
      else if (status.type === 'dir') pending.push(below);
      if (found.length + pending.length > deviceCountMax)
        throw new KindError('resourceExhausted', `Too many devices in "${source}"`);
    }
  }
  return found;
}

function deviceOf(
  status: FileStat,
  paths: Pick<SpecDevice, 'source' | 'path'>,
): SpecDevice | undefined {
  const { type, device, mode, uid, gid } = status;
  if ((type !== 'char' && type !== 'block') || device === undefined) return undefined;
  return { ...paths, type, ...device, mode, uid, gid };
}

async function statDevice(
  guest: Guest,
  path: string,
  fail: (reason: string) => never,
): Promise<FileStat> {
  try {
    return await guest.stat(path, { follow: true });
  } catch (error) {
    if (errorKind(error) === 'notFound') return fail('no such file or directory');
    throw error;
  }
}
