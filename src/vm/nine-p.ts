/** Hands 9p requests to their server and makes a reply of every failure: the guest waits for ever else. */

type Handler9p = (request: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** size[4] type[1] tag[2] ecode[4], see 9P2000.L. */
const rlerrorType = 7;
const rlerrorSizeBytes = 11;
const tagOffset = 5;
const ecodeOffset = 7;
const eio = 5;

/** Replies within the call when the server answered at once. */
export function answer9p(
  handler: Handler9p,
  request: Uint8Array,
  reply: (message: Uint8Array) => void,
): void {
  let message: Uint8Array | Promise<Uint8Array>;
  try {
    message = handler(request);
  } catch {
    message = makeRlerror(request);
  }
  if (message instanceof Uint8Array) {
    reply(message);
    return;
  }
  message.then(reply, () => reply(makeRlerror(request)));
}

/** EIO for the request's tag. */
function makeRlerror(request: Uint8Array): Uint8Array {
  const message = new Uint8Array(rlerrorSizeBytes);
  const view = new DataView(message.buffer);
  view.setUint32(0, rlerrorSizeBytes, true);
  view.setUint8(4, rlerrorType);
  message.set(request.subarray(tagOffset, tagOffset + 2), tagOffset);
  view.setUint32(ecodeOffset, eio, true);
  return message;
}
