/** Bytes as digits, for IDs, digests and addresses. */

/** Two lower-case digits a byte, with `separator` between bytes. */
export function hexOf(bytes: Iterable<number>, separator = ''): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(separator);
}
