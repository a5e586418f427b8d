/** All containers as `docker inspect` tells of them, renewed by events. */
import type { ContainerInspect } from '../../../api/container.ts';
import type { ApiClient } from '../../../client/api-client.ts';
import { containerInspect, containerList } from '../../../client/containers.ts';
import type { TimedEvent } from '../../../client/system.ts';
import { errorKind } from '../../../lib/errors.ts';
import { LiveValue } from '../live-value.svelte.ts';
import type { ViewServices } from '../view-services.ts';

/** Events of containers that change nothing that is shown. */
const passing = /^(exec_|attach|detach|top|resize|copy|export|archive-path|extract-to-dir|commit)/;

export function changesContainers({ Type, Action }: TimedEvent): boolean {
  return (Type === 'container' && !passing.test(Action)) || Type === 'network';
}

export async function inspectAll(client: ApiClient): Promise<readonly ContainerInspect[]> {
  const list = await containerList(client, { all: true });
  const inspected = await Promise.all(
    list.map(({ Id }) =>
      containerInspect(client, { container: Id }).catch((error: unknown) => {
        // It was removed in between.
        if (errorKind(error) === 'notFound') return undefined;
        throw error;
      }),
    ),
  );
  return inspected.filter((one) => one !== undefined);
}

export function liveContainers(services: ViewServices): LiveValue<readonly ContainerInspect[]> {
  return new LiveValue(services, { ask: inspectAll, isChangedBy: changesContainers });
}

/** Without the slash that the API puts before it. */
export function containerName({ Name }: Pick<ContainerInspect, 'Name'>): string {
  return Name.replace(/^\//, '');
}

/** Addresses with the networks they are of. */
export function addressesOf({ NetworkSettings }: ContainerInspect): readonly string[] {
  return Object.entries(NetworkSettings.Networks ?? {}).flatMap(([network, { IPAddress }]) =>
    IPAddress === undefined || IPAddress === '' ? [] : [`${IPAddress} (${network})`],
  );
}

export interface PublishedPortOf {
  readonly hostPort: number;
  /** `80/tcp` */
  readonly containerPort: string;
}

/** A port that is bound on several addresses comes once. */
export function publishedPortsOf({
  NetworkSettings,
}: ContainerInspect): readonly PublishedPortOf[] {
  const ports = Object.entries(NetworkSettings.Ports ?? {}).flatMap(([containerPort, bindings]) =>
    [...new Set((bindings ?? []).map(({ HostPort }) => Number(HostPort)))].map((hostPort) => ({
      hostPort,
      containerPort,
    })),
  );
  return ports.toSorted((a, b) => a.hostPort - b.hostPort);
}
