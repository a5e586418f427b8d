/** The rows of `docker system df --verbose` that no other listing has. */
import type { BuildCacheRecord } from '../../../api/disk-usage.ts';
import type { ImageSummary } from '../../../api/image.ts';
import type { Row } from '../../format/formatter.ts';
import { truncateId } from '../../format/truncate-id.ts';
import { goTime } from '../../format/unix-time.ts';
import { humanDuration, humanSize } from '../../go/units.ts';
import { parseReference } from '../../reference.ts';
import { imageRow, isDangling } from '../image/image-row.ts';

interface RowOptions {
  readonly truncated: boolean;
  readonly nowMs: number;
}

/** An image under the first of its names only. */
export function firstNameRow(image: ImageSummary, options: RowOptions): Row {
  const [first] = image.RepoTags ?? [];
  const none = '<none>';
  if (first === undefined || isDangling(image)) {
    return imageRow(image, { ...options, repository: none, tag: none, digest: '' });
  }
  const { familiarName, tag = none } = parseReference(first);
  return imageRow(image, { ...options, repository: familiarName, tag, digest: '' });
}

export const buildCacheTypeName = '*formatter.buildCacheContext';

export const buildCacheHeaders = {
  ID: 'CACHE ID',
  Parent: 'PARENT',
  CacheType: 'CACHE TYPE',
  Size: 'SIZE',
  CreatedSince: 'CREATED',
  LastUsedSince: 'LAST USED',
  UsageCount: 'USAGE',
  InUse: 'IN USE',
  Shared: 'SHARED',
  Description: 'DESCRIPTION',
};

export function buildCacheRow(record: BuildCacheRecord, options: RowOptions): Row {
  const { truncated, nowMs } = options;
  const parent = (record.Parents ?? []).join(', ');
  const id = truncated ? truncateId(record.ID) : record.ID;
  const since = (text: string) => `${humanDuration(nowMs - Date.parse(text))} ago`;
  const lastUsed = record.LastUsedAt;
  return {
    ID: record.InUse ? `${id}*` : id,
    Parent: truncated ? truncateId(parent) : parent,
    CacheType: record.Type,
    Description: record.Description,
    Size: humanSize(record.Size, { precision: 3 }),
    CreatedAt: goTime(record.CreatedAt),
    CreatedSince: since(record.CreatedAt),
    LastUsedAt: lastUsed ? goTime(lastUsed) : '',
    LastUsedSince: lastUsed ? since(lastUsed) : '',
    UsageCount: String(record.UsageCount),
    InUse: String(record.InUse),
    Shared: String(record.Shared),
  };
}
