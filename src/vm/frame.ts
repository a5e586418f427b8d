/**
 * Frames of the channel to the agent: Ethernet frames with an EtherType of their own on the machine's
 * only network card. The kernel's network stack ignores the type, the agent's packet socket takes it.
 */

/** IEEE 802 local experimental EtherType 1. */
export const channelEtherType = 0x88b5;

/** Destination, source, EtherType. */
export const frameHeaderSizeBytes = 14;

/**
 * Payload of the largest frame. Offered to the guest as the card's MTU, see vm-image/README.md for
 * the measurement behind it.
 */
export const frameMtuBytes = 8192;

export const frameSizeBytesMax = frameHeaderSizeBytes + frameMtuBytes;

/** The host's address on the channel: locally administered, unicast. */
export const hostMacAddress = Uint8Array.of(0x02, 0x62, 0x6f, 0x74, 0x74, 0x01);

/** Frames to the guest go to everybody: there is one listener, and its address changes with each boot. */
export const broadcastMacAddress = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** A frame to the guest around a payload of at most `frameMtuBytes`. */
export function makeFrame(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameHeaderSizeBytes + payload.length);
  writeFrameHeader(frame);
  frame.set(payload, frameHeaderSizeBytes);
  return frame;
}

/** Fills in the first `frameHeaderSizeBytes` of a frame to the guest. */
export function writeFrameHeader(frame: Uint8Array): void {
  frame.set(broadcastMacAddress, 0);
  frame.set(hostMacAddress, 6);
  frame[12] = channelEtherType >> 8;
  frame[13] = channelEtherType & 0xff;
}

/** True of a frame with the channel's EtherType; the card also carries what the guest's network sends. */
export function isChannelFrame(frame: Uint8Array): boolean {
  return (
    frame.length >= frameHeaderSizeBytes &&
    frame[12] === channelEtherType >> 8 &&
    frame[13] === (channelEtherType & 0xff)
  );
}

/** The bytes after the header, not copied. Short frames arrive padded: the payload knows its length. */
export function framePayload(frame: Uint8Array): Uint8Array {
  return frame.subarray(frameHeaderSizeBytes);
}
