/** The first twelve digits of an ID, without its algorithm. */
export function truncateId(id: string): string {
  const digits = id.slice(id.indexOf(':') + 1);
  return digits.slice(0, 12);
}
