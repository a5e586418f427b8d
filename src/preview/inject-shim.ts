/** Puts a script before all others of an HTML document, while it streams. */
import { joinBytes } from '../lib/join-bytes.ts';

/** Where no doctype came by then, there is none. */
const prologBytesMax = 2048;
/** Whatever may stand before the doctype, and the doctype: a script in front of it would change the layout. */
const prolog = /^(?:\xef\xbb\xbf)?(?:\s|<!--[^]*?-->|<\?[^>]*>)*(?:<!doctype[^>]*>)?/i;

export function injectShim(tag: string): TransformStream<Uint8Array, Uint8Array> {
  let held: Uint8Array = new Uint8Array();
  let done = false;
  const insert = (): Uint8Array => {
    done = true;
    const text = latin1(held.subarray(0, prologBytesMax));
    const end = prolog.exec(text)?.[0].length ?? 0;
    return joinBytes([held.subarray(0, end), new TextEncoder().encode(tag), held.subarray(end)]);
  };
  return new TransformStream({
    transform(chunk, controller) {
      if (done) return controller.enqueue(chunk);
      held = joinBytes([held, chunk]);
      const isComplete = /<!doctype[^>]*>|<[a-z]/i.test(latin1(held.subarray(0, prologBytesMax)));
      if (isComplete || held.length >= prologBytesMax) controller.enqueue(insert());
    },
    flush(controller) {
      if (!done && held.length > 0) controller.enqueue(insert());
    },
  });
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
