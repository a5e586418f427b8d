/** Driver options of a network, and the interface that it has on the machine. */
import { KindError } from '../../lib/errors.ts';
import { parseAddress } from '../../lib/cidr.ts';
import { parseBool } from '../../lib/go-numbers.ts';
import type { NetworkDriver } from '../../network/model.ts';
import type { Daemon } from '../daemon.ts';
import { dummyPrefix } from './link-steps.ts';

const bridgePrefix = 'com.docker.network.bridge.';
export const bridgeOptions = {
  name: `${bridgePrefix}name`,
  icc: `${bridgePrefix}enable_icc`,
  masquerade: `${bridgePrefix}enable_ip_masquerade`,
  hostBinding: `${bridgePrefix}host_binding_ipv4`,
  mtu: 'com.docker.network.driver.mtu',
} as const;

/** The kernel's limit. */
const interfaceNameLengthMax = 15;

/** The name of the bridge, or of the interface that macvlan and ipvlan stand on; throws for what cannot be. */
export function checkNetworkOptions(
  daemon: Daemon,
  network: {
    readonly id: string;
    readonly driver: NetworkDriver;
    readonly options: Readonly<Record<string, string>>;
  },
): string {
  const { id, driver, options } = network;
  if (driver === 'bridge') return checkBridge(daemon, id, options);
  const modes = driver === 'ipvlan' ? ipvlanModes : macvlanModes;
  const mode = options[`${driver}_mode`] ?? modes[0] ?? '';
  if (!modes.includes(mode))
    throw invalid(
      `requested ${driver} mode '${mode}' is not valid, '${modes[0]}' mode is the ${driver} driver default`,
    );
  const parent = options['parent'] ?? '';
  // Without one, dockerd makes a dummy interface; the network leads nowhere then.
  return parent === '' ? `${dummyPrefix}${id.slice(0, 12)}` : parent;
}

const macvlanModes: readonly string[] = ['bridge', 'private', 'passthru', 'vepa'];
const ipvlanModes: readonly string[] = ['l2', 'l3', 'l3s'];

function checkBridge(
  daemon: Daemon,
  id: string,
  options: Readonly<Record<string, string>>,
): string {
  for (const name of [bridgeOptions.icc, bridgeOptions.masquerade]) checkFlag(name, options[name]);
  const binding = options[bridgeOptions.hostBinding];
  if (binding !== undefined && parseAddress(binding) === undefined)
    throw invalid(`failed to parse ${bridgeOptions.hostBinding} value: ${binding} (nil ip)`);
  const mtu = options[bridgeOptions.mtu];
  if (mtu !== undefined && !/^[0-9]+$/.test(mtu))
    throw invalid(
      `failed to parse ${bridgeOptions.mtu} value: ${mtu} (strconv.Atoi: parsing ${JSON.stringify(mtu)}: invalid syntax)`,
    );
  const device = options[bridgeOptions.name] || `br-${id.slice(0, 12)}`;
  if (device.length > interfaceNameLengthMax || !/^[^\s/:]+$/.test(device))
    throw invalid(`invalid bridge name: ${JSON.stringify(device)}`);
  const other = daemon.networks.list().find((network) => network.device === device);
  if (other !== undefined) {
    const message = `cannot create network ${id} (${device}): conflicts with network ${other.id} (${device}): networks have same bridge name`;
    throw new KindError('forbidden', message);
  }
  return device;
}

function checkFlag(name: string, value: string | undefined): void {
  if (value === undefined) return;
  try {
    parseBool(value);
  } catch (error) {
    const problem = `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
    throw new KindError(
      'invalidParameter',
      `failed to parse ${name} value: ${value} (${problem})`,
      {
        cause: error,
      },
    );
  }
}

/** An option that Go reads as a boolean, and that was checked when the network was made. */
export function optionFlag(
  options: Readonly<Record<string, string>>,
  name: string,
  absent: boolean,
): boolean {
  const value = options[name];
  return value === undefined || value === '' ? absent : parseBool(value);
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
