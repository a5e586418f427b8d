/** Containers and volumes as records. A record of another version, or half of one, is none. */
import type { Container, ContainerOptions } from '../container/container.ts';
import { networkDrivers, type Network } from '../../network/model.ts';
import type { VolumeEntry } from '../volume/volume-table.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

export const containerPrefix = 'container/';
export const volumePrefix = 'volume/';
export const networkPrefix = 'network/';

/** To be raised when a record of before cannot be read any more. */
const version = 1;

/** What a record says of a container, beside what it was made from. */
export type ContainerHistory = Pick<
  Container,
  'state' | 'startedBefore' | 'manuallyStopped' | 'restartCount'
>;

type MadeFrom = Omit<ContainerOptions, 'now' | 'delay'>;

export function containerRecord(container: Container): JsonRecord {
  const { id, name, createdMs, config, hostConfig, args, imageId, diffIds, mountPoints } =
    container;
  const { state, startedBefore, manuallyStopped, restartCount } = container;
  const origin = { id, name, createdMs, config, hostConfig, args };
  const networks = Object.fromEntries(container.networks);
  const made: MadeFrom = { ...origin, imageId, diffIds, mountPoints, networks };
  const history: ContainerHistory = { state, startedBefore, manuallyStopped, restartCount };
  return { version, ...made, ...history };
}

export interface ReadContainerRecord {
  readonly made: MadeFrom;
  readonly history: ContainerHistory;
}

/** Undefined when a part is missing: nothing is made of what only looks like a container. */
export function readContainerRecord(record: JsonRecord): ReadContainerRecord | undefined {
  if (record['version'] !== version) return undefined;
  const { id, name, createdMs, state } = record;
  const isWhole =
    typeof id === 'string' &&
    typeof name === 'string' &&
    typeof createdMs === 'number' &&
    [record['config'], record['hostConfig'], state].every(isObject) &&
    [record['args'], record['diffIds'], record['mountPoints']].every(Array.isArray);
  if (!isWhole) return undefined;
  // Written by containerRecord() of this version, whole: the types are what they were.
  return {
    made: record as unknown as MadeFrom,
    history: record as unknown as ContainerHistory,
  };
}

export function volumeRecord(volume: VolumeEntry): JsonRecord {
  return { version, ...volume };
}

export function readVolumeRecord(record: JsonRecord): VolumeEntry | undefined {
  const { name, createdMs, prepared } = record;
  const isWhole =
    record['version'] === version &&
    typeof name === 'string' &&
    typeof createdMs === 'number' &&
    typeof prepared === 'boolean';
  return isWhole ? (record as unknown as VolumeEntry) : undefined;
}

export function networkRecord(network: Network): JsonRecord {
  return { version, ...network };
}

export function readNetworkRecord(record: JsonRecord): Network | undefined {
  const { id, name, driver, pools } = record;
  const isWhole =
    record['version'] === version &&
    typeof id === 'string' &&
    typeof name === 'string' &&
    networkDrivers.some((known) => known === driver) &&
    Array.isArray(pools);
  return isWhole ? (record as unknown as Network) : undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
