/** The rows of an image in listings: `docker images`, `docker system df`. */
import type { ImageSummary } from '../../../api/image.ts';
import type { Row } from '../../format/formatter.ts';
import { truncateId } from '../../format/truncate-id.ts';
import { unixTime } from '../../format/unix-time.ts';
import { humanDuration, humanSize } from '../../go/units.ts';
import { parseReference } from '../../reference.ts';

export const imageTypeName = '*formatter.imageContext';

const none = '<none>';

export const imageHeaders = {
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  Digest: 'DIGEST',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  Size: 'SIZE',
  Containers: 'CONTAINERS',
  VirtualSize: 'SIZE',
  SharedSize: 'SHARED SIZE',
  UniqueSize: 'UNIQUE SIZE',
};

export interface ImageRowOptions {
  /** Whether IDs are cut. */
  readonly truncated: boolean;
  readonly nowMs: number;
  /** A row for each digest, rather than one for all. */
  readonly needsDigest: boolean;
  /** `--digests` */
  readonly digests: boolean;
}

/** One row for each name of an image, or one of `<none>`. */
export function imageRows(image: ImageSummary, options: ImageRowOptions): Row[] {
  const { needsDigest } = options;
  const row = (repository: string, tag: string, digest: string) =>
    imageRow(image, { ...options, repository, tag, digest });
  if (isDangling(image)) return [row(none, none, none)];
  const tags = byRepository(image.RepoTags, ({ tag }) => tag);
  const digests = byRepository(image.RepoDigests, ({ digest }) => digest);
  const rows: Row[] = [];
  for (const [repository, names] of tags) {
    const known = needsDigest ? (digests.get(repository) ?? []) : [];
    digests.delete(repository);
    for (const tag of names) {
      if (known.length === 0) rows.push(row(repository, tag, none));
      for (const digest of known) rows.push(row(repository, tag, digest));
    }
  }
  for (const [repository, known] of digests) {
    if (!options.digests) rows.push(row(repository, none, ''));
    else for (const digest of known) rows.push(row(repository, none, digest));
  }
  return rows;
}

export function isDangling(image: ImageSummary): boolean {
  const tags = image.RepoTags ?? [];
  const digests = image.RepoDigests ?? [];
  if (tags.length === 0 && digests.length === 0) return true;
  return (
    tags.length === 1 &&
    tags[0] === '<none>:<none>' &&
    digests.length === 1 &&
    digests[0] === '<none>@<none>'
  );
}

function byRepository(
  references: readonly string[] | null,
  part: (reference: ReturnType<typeof parseReference>) => string | undefined,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const text of references ?? []) {
    try {
      const reference = parseReference(text);
      const value = part(reference);
      if (value === undefined) continue;
      const group = groups.get(reference.familiarName) ?? [];
      groups.set(reference.familiarName, [...group, value]);
    } catch {
      // A name that cannot be read has no row, as in the real program.
    }
  }
  return groups;
}

export function imageRow(
  image: ImageSummary,
  options: {
    readonly truncated: boolean;
    readonly nowMs: number;
    readonly repository: string;
    readonly tag: string;
    readonly digest: string;
  },
): Row {
  const { truncated, nowMs, repository, tag, digest } = options;
  const shared = image.SharedSize;
  return {
    ID: truncated ? truncateId(image.Id) : image.Id,
    Repository: repository,
    Tag: tag,
    Digest: digest,
    CreatedSince: `${humanDuration(nowMs - image.Created * 1000)} ago`,
    CreatedAt: unixTime(image.Created),
    Size: humanSize(image.Size, { precision: 3 }),
    Containers: image.Containers === -1 ? 'N/A' : String(image.Containers),
    VirtualSize: humanSize(image.Size),
    SharedSize: shared === -1 ? 'N/A' : humanSize(shared),
    UniqueSize: image.Size === -1 || shared === -1 ? 'N/A' : humanSize(image.Size - shared),
  };
}
