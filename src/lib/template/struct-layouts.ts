/**
 * Structs of which the API leaves out fields that hold nothing, though templates see them: their fields in order, each
 * with what an absent one is. Source: moby v28 api/types.
 */

/** What an absent field of a Go type prints as; `duration` is a number of nanoseconds. */
export type FieldKind = 'text' | 'number' | 'bool' | 'list' | 'map' | 'pointer' | 'duration';

export interface StructLayout {
  /** The field by which a struct of this name is told from others of it. */
  readonly mark: string;
  /** The fields of an object, by their names in JSON. */
  readonly fields: readonly (readonly [name: string, kind: FieldKind])[];
}

/** By the field that holds the struct, or the items of the list that it is. */
const layouts: Readonly<Record<string, readonly StructLayout[]>> = {
  Config: [
    layout('Subnet', 'Subnet:text IPRange:text Gateway:text AuxiliaryAddresses:map'),
    layout(
      'Hostname',
      'ExposedPorts:map Healthcheck:pointer ArgsEscaped:bool NetworkDisabled:bool MacAddress:text StopSignal:text StopTimeout:pointer Shell:list',
    ),
    layout(
      'Labels',
      'User:text ExposedPorts:map Env:list Entrypoint:list Cmd:list Volumes:map WorkingDir:text Labels:map StopSignal:text ArgsEscaped:bool Healthcheck:pointer OnBuild:list Shell:list',
    ),
  ],
  Healthcheck: [
    layout(
      'Test',
      'Test:list Interval:duration Timeout:duration StartPeriod:duration StartInterval:duration Retries:number',
    ),
  ],
  HostConfig: [
    layout(
      'NetworkMode',
      'Annotations:map StorageOpt:map Tmpfs:map Sysctls:map KernelMemory:number KernelMemoryTCP:number Mounts:list Init:pointer',
    ),
  ],
  IPAMConfig: [layout('', 'IPv4Address:text IPv6Address:text LinkLocalIPs:list')],
  Mounts: [
    layout(
      'Destination',
      'Type:text Name:text Source:text Destination:text Driver:text Mode:text RW:bool Propagation:text',
    ),
    layout(
      'Target',
      'Type:text Source:text Target:text ReadOnly:bool Consistency:text BindOptions:pointer VolumeOptions:pointer ImageOptions:pointer TmpfsOptions:pointer ClusterOptions:pointer',
    ),
  ],
  InspectResponse: [
    layout(
      'Mountpoint',
      'ClusterVolume:pointer CreatedAt:text Driver:text Labels:map Mountpoint:text Name:text Options:map Scope:text Status:map UsageData:pointer',
    ),
    layout('IPAM', 'Peers:list Services:map'),
    layout(
      'RootFS',
      'Variant:text OsVersion:text VirtualSize:number Descriptor:pointer Manifests:list',
    ),
  ],
};

/** The layout of an object that `name` holds; undefined when the API shows all of its fields. */
export function layoutOf(name: string, value: object): StructLayout | undefined {
  return layouts[name]?.find(({ mark }) => mark === '' || Object.hasOwn(value, mark));
}

function layout(mark: string, fields: string): StructLayout {
  return {
    mark,
    fields: fields.split(' ').map((field) => {
      const [name = '', kind = ''] = field.split(':');
      return [name, kind as FieldKind] as const;
    }),
  };
}
