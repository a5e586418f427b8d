/** The fields of the bodies of network create, connect and disconnect. */
import type { EndpointSettings, NetworkCreateRequest } from '../../api/network.ts';
import { checkFields, type Fields } from './decode.ts';

const networkCreate: Fields = {
  Name: 'string',
  Driver: 'string',
  Scope: 'string',
  EnableIPv4: 'boolean',
  EnableIPv6: 'boolean',
  IPAM: {
    go: 'network.IPAM',
    struct: {
      Driver: 'string',
      Options: 'string map',
      Config: {
        go: 'network.IPAMConfig',
        list: {
          Subnet: 'string',
          IPRange: 'string',
          Gateway: 'string',
          AuxiliaryAddresses: 'string map',
        },
      },
    },
  },
  Internal: 'boolean',
  Attachable: 'boolean',
  Ingress: 'boolean',
  ConfigOnly: 'boolean',
  ConfigFrom: { go: 'network.ConfigReference', struct: { Network: 'string' } },
  Options: 'string map',
  Labels: 'string map',
};

const endpoint: Fields = {
  IPAMConfig: {
    go: 'network.EndpointIPAMConfig',
    struct: { IPv4Address: 'string', IPv6Address: 'string', LinkLocalIPs: 'strings' },
  },
  Links: 'strings',
  Aliases: 'strings',
  MacAddress: 'string',
  DriverOpts: 'string map',
  GwPriority: 'int',
};

const connect: Fields = {
  Container: 'string',
  EndpointConfig: { go: 'network.EndpointSettings', struct: endpoint },
};

export function decodeNetworkCreate(
  body: Readonly<Record<string, unknown>>,
): Partial<NetworkCreateRequest> {
  return checkFields(body, networkCreate, 'CreateRequest');
}

export function decodeNetworkConnect(body: Readonly<Record<string, unknown>>): {
  readonly Container?: string;
  readonly EndpointConfig?: EndpointSettings;
} {
  return checkFields(body, connect, 'ConnectOptions');
}

export function decodeNetworkDisconnect(body: Readonly<Record<string, unknown>>): {
  readonly Container?: string;
  readonly Force?: boolean;
} {
  return checkFields(body, { Container: 'string', Force: 'boolean' }, 'DisconnectOptions');
}
