/** The cells of a volume in listings: `docker volume ls`, `docker system df`. */
import type { VolumeUsage } from '../../../api/disk-usage.ts';
import type { Row } from '../../format/formatter.ts';
import { humanSize } from '../../go/units.ts';

export const volumeTypeName = '*formatter.volumeContext';

export const volumeHeaders = {
  ID: 'ID',
  Name: 'VOLUME NAME',
  Group: 'GROUP',
  Driver: 'DRIVER',
  Scope: 'SCOPE',
  Availability: 'AVAILABILITY',
  Mountpoint: 'MOUNTPOINT',
  Labels: 'LABELS',
  Links: 'LINKS',
  Size: 'SIZE',
  Status: 'STATUS',
};

export function volumeRow(volume: VolumeUsage): Row {
  const usage = volume.UsageData;
  const labels = volume.Labels ?? {};
  return {
    Name: volume.Name,
    Driver: volume.Driver,
    Scope: volume.Scope,
    Mountpoint: volume.Mountpoint,
    Labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
    Label: (name: unknown) => labels[String(name)] ?? '',
    Links: usage ? String(usage.RefCount) : 'N/A',
    Size: usage ? humanSize(usage.Size) : 'N/A',
    Group: 'N/A',
    Availability: 'N/A',
    Status: 'N/A',
  };
}
