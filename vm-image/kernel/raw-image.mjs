/**
 * Makes the raw kernel image: the boot protocol's setup sectors followed by the kernel itself, with
 * no decompressor between. x86 has no such target, and inflating a kernel under emulation costs
 * half a second; HTTP compresses the file better anyway.
 * Layout: Documentation/arch/x86/boot.rst of the kernel source.
 */

const sectorSizeBytes = 512;
const setupSectorsOffset = 0x1f1;
/** Length of the protected-mode code in paragraphs of 16 bytes. */
const sysSizeOffset = 0x1f4;
const paragraphSizeBytes = 16;
const headerMagicOffset = 0x202;
const payloadOffsetOffset = 0x248;
const payloadLengthOffset = 0x24c;

/** `bzImage` gives the setup sectors, `kernel` is `objcopy -O binary vmlinux`. */
export function makeRawImage({ bzImage, kernel }) {
  if (bzImage.toString('latin1', headerMagicOffset, headerMagicOffset + 4) !== 'HdrS') {
    throw new Error('Cannot make the raw image: bzImage has no boot protocol header');
  }
  // Zero means four, for loaders older than the field.
  const setupSectors = bzImage[setupSectorsOffset] || 4;
  const setup = Buffer.from(bzImage.subarray(0, (setupSectors + 1) * sectorSizeBytes));
  const rest = kernel.length % paragraphSizeBytes;
  const padding = Buffer.alloc(rest === 0 ? 0 : paragraphSizeBytes - rest);
  setup.writeUInt32LE((kernel.length + padding.length) / paragraphSizeBytes, sysSizeOffset);
  // There is no compressed payload to point to.
  setup.writeUInt32LE(0, payloadOffsetOffset);
  setup.writeUInt32LE(0, payloadLengthOffset);
  return Buffer.concat([setup, kernel, padding]);
}
