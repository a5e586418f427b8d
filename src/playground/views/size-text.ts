/** Sizes in binary units, as `docker stats` and cgroups have them. */
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `0 B`, `1.5 KiB`, `32 MiB`. */
export function sizeText(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}
