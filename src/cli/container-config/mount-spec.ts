/** `--mount type=bind,source=/a,target=/b,readonly` */
import type { Mount, MountType } from '../../api/container.ts';
import { cut } from '../flags/flag-spec.ts';
import { parseCsvLine } from '../../lib/csv.ts';
import { parseBool } from '../../lib/go-numbers.ts';
import { parseSize } from '../../lib/parse-size.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type BindOptions = Mutable<NonNullable<Mount['BindOptions']>>;
type VolumeOptions = Mutable<NonNullable<Mount['VolumeOptions']>>;
type TmpfsOptions = Mutable<NonNullable<Mount['TmpfsOptions']>>;

interface Draft {
  readonly mount: Mutable<Mount>;
  bind?: BindOptions;
  volume?: VolumeOptions;
  tmpfs?: TmpfsOptions;
  image?: { Subpath?: string };
}

/** Throws with Docker's words. Relative sources stay as they are: see `absoluteMount`. */
export function parseMountSpec(text: string): Mount {
  const draft: Draft = { mount: { Type: 'volume' } };
  for (const field of parseCsvLine(text)) applyField(draft, field);
  const { mount } = draft;
  if (mount.Target === undefined || mount.Target === '') throw new Error('target is required');
  checkKinds(draft);
  checkRecursion(draft);
  return {
    ...mount,
    ...(draft.bind === undefined ? {} : { BindOptions: draft.bind }),
    ...(draft.volume === undefined ? {} : { VolumeOptions: draft.volume }),
    ...(draft.tmpfs === undefined ? {} : { TmpfsOptions: draft.tmpfs }),
    ...(draft.image === undefined ? {} : { ImageOptions: draft.image }),
  };
}

function applyField(draft: Draft, field: string): void {
  const [name, value] = cut(field, '=');
  const key = name.toLowerCase();
  if (value === undefined) return applySwitch(draft, { key, field });
  if (key.startsWith('bind-')) return applyBind(draft, { key, value, field });
  if (key.startsWith('volume-')) return applyVolume(draft, { key, value, field });
  if (key.startsWith('tmpfs-')) return applyTmpfs(draft, { key, value, field });
  switch (key) {
    case 'type':
      // Unknown types are the engine's to refuse.
      draft.mount.Type = value.toLowerCase() as MountType;
      if (value === '') throw new Error('type is required');
      return;
    case 'source':
    case 'src':
      draft.mount.Source = value;
      return;
    case 'target':
    case 'dst':
    case 'destination':
      draft.mount.Target = value;
      return;
    case 'readonly':
    case 'ro':
      draft.mount.ReadOnly = boolValue(key, value);
      return;
    case 'consistency':
      draft.mount.Consistency = value.toLowerCase();
      return;
    case 'image-subpath':
      draft.image = { Subpath: value };
      return;
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`);
  }
}

function applySwitch(
  draft: Draft,
  options: { readonly key: string; readonly field: string },
): void {
  switch (options.key) {
    case 'readonly':
    case 'ro':
      draft.mount.ReadOnly = true;
      return;
    case 'volume-nocopy':
      volumeOf(draft).NoCopy = true;
      return;
    case 'bind-nonrecursive':
      bindOf(draft).NonRecursive = true;
      return;
    default:
      throw new Error(`invalid field '${options.field}' must be a key=value pair`);
  }
}

interface FieldOptions {
  readonly key: string;
  readonly value: string;
  readonly field: string;
}

function applyBind(draft: Draft, { key, value, field }: FieldOptions): void {
  if (key === 'bind-propagation') {
    bindOf(draft).Propagation = value.toLowerCase();
  } else if (key === 'bind-nonrecursive') {
    bindOf(draft).NonRecursive = boolValue(key, value);
  } else if (key === 'bind-recursive') {
    if (value === 'disabled') bindOf(draft).NonRecursive = true;
    else if (value === 'writable') bindOf(draft).ReadOnlyNonRecursive = true;
    else if (value === 'readonly') bindOf(draft).ReadOnlyForceRecursive = true;
    else if (value !== 'enabled') {
      throw new Error(
        `invalid value for ${key}: ${value} (must be "enabled", "disabled", "writable", or "readonly")`,
      );
    }
  } else throw new Error(`unexpected key '${key}' in '${field}'`);
}

function applyVolume(draft: Draft, { key, value, field }: FieldOptions): void {
  const volume = volumeOf(draft);
  const [name, setting] = cut(value, '=');
  switch (key) {
    case 'volume-subpath':
      volume.Subpath = value;
      return;
    case 'volume-nocopy':
      volume.NoCopy = boolValue(key, value);
      return;
    case 'volume-label':
      if (name !== '') volume.Labels = { ...volume.Labels, [name]: setting ?? '' };
      return;
    case 'volume-driver':
      volume.DriverConfig = { ...volume.DriverConfig, Name: value };
      return;
    case 'volume-opt': {
      const previous = volume.DriverConfig?.Options;
      const Options = name === '' ? { ...previous } : { ...previous, [name]: setting ?? '' };
      volume.DriverConfig = { ...volume.DriverConfig, Options };
      return;
    }
    default:
      throw new Error(`unexpected key '${key}' in '${field}'`);
  }
}

function applyTmpfs(draft: Draft, { key, value, field }: FieldOptions): void {
  draft.tmpfs ??= {};
  if (key === 'tmpfs-size') {
    try {
      draft.tmpfs.SizeBytes = parseSize(value);
    } catch (error) {
      throw new Error(`invalid value for ${key}: ${value}`, { cause: error });
    }
  } else if (key === 'tmpfs-mode') {
    if (!/^[0-7]+$/.test(value)) throw new Error(`invalid value for ${key}: ${value}`);
    draft.tmpfs.Mode = Number.parseInt(value, 8);
  } else throw new Error(`unexpected key '${key}' in '${field}'`);
}

function checkKinds({ mount, bind, volume, tmpfs, image }: Draft): void {
  const refuse = (family: string) => {
    throw new Error(`cannot mix '${family}-*' options with mount type '${mount.Type}'`);
  };
  if (volume !== undefined && mount.Type !== 'volume') refuse('volume');
  if (image !== undefined && mount.Type !== 'image') refuse('image');
  if (bind !== undefined && mount.Type !== 'bind') refuse('bind');
  if (tmpfs !== undefined && mount.Type !== 'tmpfs') refuse('tmpfs');
}

function checkRecursion({ mount, bind }: Draft): void {
  const demand = (option: string, needs: string) => {
    throw new Error(
      `option 'bind-recursive=${option}' requires '${needs}' to be specified in conjunction`,
    );
  };
  if (bind?.ReadOnlyNonRecursive === true && mount.ReadOnly !== true)
    demand('writable', 'readonly');
  if (bind?.ReadOnlyForceRecursive !== true) return;
  if (mount.ReadOnly !== true) demand('readonly', 'readonly');
  if (bind.Propagation !== 'rprivate') demand('readonly', 'bind-propagation=rprivate');
}

function bindOf(draft: Draft): BindOptions {
  draft.bind ??= {};
  return draft.bind;
}

function volumeOf(draft: Draft): VolumeOptions {
  draft.volume ??= { Labels: {}, DriverConfig: {} };
  return draft.volume;
}

function boolValue(key: string, value: string): boolean {
  try {
    return parseBool(value);
  } catch (error) {
    throw new Error(`invalid value for ${key}: ${value}`, { cause: error });
  }
}
