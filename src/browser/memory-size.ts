/** How much memory the machine of this browser gets. Both workers ask, and must hear the same. */

const mebibyte = 1024 * 1024;
/** SeaBIOS keeps the top 16 MB. Pages are committed when touched, so the larger one costs little. */
const memorySizeBytes = 528 * mebibyte;
/** What browsers on phones let one page have at most. */
const smallMemorySizeBytes = 272 * mebibyte;

export function machineMemorySizeBytes(userAgent: string): number {
  return /iPhone|iPad|Android/.test(userAgent) ? smallMemorySizeBytes : memorySizeBytes;
}
