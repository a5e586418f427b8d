/** How much memory the machine of this browser gets. Both workers ask, and must hear the same. */

import { bootedMemorySizeBytes } from '../guest/booted-machine.ts';

const mebibyte = 1024 * 1024;
/** What browsers on phones let one page have at most. */
const smallMemorySizeBytes = 272 * mebibyte;

export function machineMemorySizeBytes(userAgent: string): number {
  // Pages are committed when touched, so the larger one costs little.
  return /iPhone|iPad|Android/.test(userAgent) ? smallMemorySizeBytes : bootedMemorySizeBytes;
}
