/** The cells of a container in listings: `docker ps`, `docker system df`. */
import type { ContainerSummary } from '../../../api/container.ts';
import { ellipsis } from '../../format/display-width.ts';
import type { Row } from '../../format/formatter.ts';
import { displayPorts } from '../../format/ports.ts';
import { truncateId } from '../../format/truncate-id.ts';
import { unixTime } from '../../format/unix-time.ts';
import { goQuote } from '../../../lib/go-quote.ts';
import { humanDuration, humanSize } from '../../go/units.ts';
import { familiarString, parseReference } from '../../reference.ts';
import { NilValue } from '../../../lib/template/print-value.ts';

export const containerTypeName = '*formatter.ContainerContext';

export const containerHeaders = {
  ID: 'CONTAINER ID',
  Names: 'NAMES',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Ports: 'PORTS',
  State: 'STATE',
  Status: 'STATUS',
  Size: 'SIZE',
  Labels: 'LABELS',
  Mounts: 'MOUNTS',
  LocalVolumes: 'LOCAL VOLUMES',
  Networks: 'NETWORKS',
  Platform: 'PLATFORM',
};

export function containerRow(
  container: ContainerSummary,
  options: { readonly truncated: boolean; readonly nowMs: number },
): Row {
  const { truncated, nowMs } = options;
  const labels = container.Labels ?? {};
  return {
    ID: truncated ? truncateId(container.Id) : container.Id,
    Names: namesOf(container, truncated),
    Image: imageOf(container, truncated),
    Command: goQuote(truncated ? ellipsis(container.Command, 20) : container.Command),
    CreatedAt: unixTime(container.Created),
    RunningFor: `${humanDuration(nowMs - container.Created * 1000)} ago`,
    Platform: new NilValue('<nil>'),
    Ports: displayPorts(container.Ports ?? []),
    State: container.State,
    Status: container.Status,
    Size: sizeOf(container),
    Labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    Mounts: (container.Mounts ?? [])
      .map((mount) => mount.Name || mount.Source)
      .map((name) => (truncated ? ellipsis(name, 15) : name))
      .join(','),
    LocalVolumes: String(
      (container.Mounts ?? []).filter((mount) => mount.Driver === 'local').length,
    ),
    Networks: Object.keys(container.NetworkSettings?.Networks ?? {}).join(','),
  };
}

/** Without slashes, and without the names that links gave it. */
function namesOf(container: ContainerSummary, truncated: boolean): string {
  const names = container.Names.map((name) => name.slice(1));
  const own = names.find((name) => !name.includes('/'));
  return truncated && own !== undefined ? own : names.join(',');
}

function imageOf(container: ContainerSummary, truncated: boolean): string {
  if (container.Image === '') return '<no image>';
  if (!truncated) return container.Image;
  const id = truncateId(container.ImageID);
  if (id === truncateId(container.Image)) return id;
  try {
    const { name, familiarName, tag } = parseReference(container.Image);
    return familiarString({ name, familiarName, ...(tag === undefined ? {} : { tag }) });
  } catch {
    return container.Image;
  }
}

function sizeOf(container: ContainerSummary): string {
  const own = humanSize(container.SizeRw ?? 0, { precision: 3 });
  const total = container.SizeRootFs ?? 0;
  return total > 0 ? `${own} (virtual ${humanSize(total, { precision: 3 })})` : own;
}
