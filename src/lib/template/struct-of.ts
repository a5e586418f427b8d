/**
 * Gives API values the shape that the real program's templates see: objects are Go structs (fields in
 * order, unknown names are errors) except where the API has maps.
 */
import { DurationValue, NilValue, StructValue } from './print-value.ts';
import { layoutOf } from './struct-layouts.ts';
import type { FieldKind, StructLayout } from './struct-layouts.ts';

/** Fields of the API that hold maps. */
const mapFields = new Set([
  'Annotations',
  'Attributes',
  'AuxiliaryAddresses',
  'Containers',
  'Data',
  'Details',
  'DriverOpts',
  'Endpoints',
  'ExposedPorts',
  'IndexConfigs',
  'Labels',
  'Networks',
  'Options',
  'PortBindings',
  'Ports',
  'Runtimes',
  'StorageOpt',
  'Sysctls',
  'TLSMaterial',
  'Tmpfs',
  'Volumes',
]);

/** Fields that hold lists, so that an absent one prints as `[]`. */
const listFields = new Set(
  (
    'Aliases Args Binds BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps ' +
    'BlkioDeviceWriteIOps BlkioWeightDevice CapAdd CapDrop Cmd DNSNames DeviceCgroupRules ' +
    'DeviceRequests Devices Dns DnsOptions DnsSearch Entrypoint Env ExecIDs ExtraHosts GroupAdd ' +
    'IPv6Gateway Layers Links MaskedPaths Mounts OnBuild ReadonlyPaths RepoDigests RepoTags ' +
    'SecondaryIPAddresses SecondaryIPv6Addresses SecurityOpt Shell Ulimits VolumesFrom Warnings'
  ).split(' '),
);

/** Pointers that the API leaves out when they are nil, by the struct they close. */
const trailingPointers: Readonly<Record<string, string>> = { State: 'Health' };

/** Plain values stay; `typeName` is what errors call the outermost struct. */
export function structOf(value: unknown, typeName: string): unknown {
  return convert(value, { typeName, map: false });
}

function convert(
  value: unknown,
  options: { readonly typeName: string; readonly map: boolean },
): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => convert(item, { ...options, map: false }));
  }
  if (typeof value !== 'object' || value === null) return value;
  const { typeName, map } = options;
  const pointer = trailingPointers[typeName];
  const fields: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const isLogOptions = name === 'Config' && typeName === 'LogConfig';
      const isMap = !map && (mapFields.has(name) || isLogOptions);
      // Of the maps only those of ports have values that may be nil: lists.
      if (item === null) return [name, map ? new NilValue('[]') : nilOf(name, isMap)];
      return [name, convert(item, { typeName: map ? typeName : name, map: isMap })];
    }),
  );
  if (map) return fields;
  if (pointer !== undefined) fields[pointer] ??= new NilValue('<nil>', { omitted: true });
  const layout = layoutOf(typeName, value);
  if (layout === undefined) return new StructValue(fields, typeName);
  return new StructValue(laidOut(fields, layout), typeName, { json: fields });
}

/** With the fields that were left out. Those it knows come first, if they are all there are. */
function laidOut(
  fields: Readonly<Record<string, unknown>>,
  layout: StructLayout,
): Readonly<Record<string, unknown>> {
  const known = layout.fields.map(([name, kind]) => {
    const value = fields[name];
    return [name, value === undefined ? zeroOf[kind]() : ofKind(value, kind)] as const;
  });
  const whole = Object.keys(fields).every((name) => known.some(([other]) => other === name));
  return whole ? Object.fromEntries(known) : { ...fields, ...Object.fromEntries(known) };
}

function ofKind(value: unknown, kind: FieldKind): unknown {
  return kind === 'duration' && typeof value === 'number' ? new DurationValue(value) : value;
}

const zeroOf: Readonly<Record<FieldKind, () => unknown>> = {
  text: () => '',
  number: () => 0,
  bool: () => false,
  list: () => new NilValue('[]'),
  map: () => new NilValue('map[]'),
  pointer: () => new NilValue('<nil>'),
  duration: () => new DurationValue(0),
};

function nilOf(name: string, isMap: boolean): NilValue {
  if (isMap) return new NilValue('map[]');
  return new NilValue(listFields.has(name) ? '[]' : '<nil>');
}

/** Go's names of fields whose JSON name differs. */
const jsonNames: Readonly<Record<string, string>> = {
  APIVersion: 'ApiVersion',
  AuxAddress: 'AuxiliaryAddresses',
  CPUPeriod: 'CpuPeriod',
  CPUQuota: 'CpuQuota',
  CPURealtimePeriod: 'CpuRealtimePeriod',
  CPURealtimeRuntime: 'CpuRealtimeRuntime',
  CPUShares: 'CpuShares',
  DNS: 'Dns',
  DNSOptions: 'DnsOptions',
  DNSSearch: 'DnsSearch',
  HTTPProxy: 'HttpProxy',
  HTTPSProxy: 'HttpsProxy',
  HostIP: 'HostIp',
  ID: 'Id',
  NanoCPUs: 'NanoCpus',
};

/** Those that Go does not know as names of fields, unlike bare JSON. */
const onlyJsonNames = new Set(Object.values(jsonNames));

/** Fields that structs have even when the API leaves them out. */
const optionalFields = new Set(['Health', 'Healthcheck', 'SizeRw', 'SizeRootFs', 'StopTimeout']);

/** The value of a struct's field; undefined when the struct has no such field. */
export function structField(
  struct: StructValue,
  name: string,
): { readonly value: unknown } | undefined {
  if (onlyJsonNames.has(name)) return undefined;
  for (const candidate of [name, jsonNames[name]]) {
    if (candidate !== undefined && Object.hasOwn(struct.fields, candidate)) {
      return { value: struct.fields[candidate] };
    }
  }
  return optionalFields.has(name) ? { value: new NilValue('<nil>') } : undefined;
}
