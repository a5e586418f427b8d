/** Sizes as people read them: decimal megabytes, as browsers and registries show them. */

/** `0 kB`, `512 kB`, `4.1 MB`. */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1_000_000) return `${Math.round(sizeBytes / 1000)} kB`;
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}
