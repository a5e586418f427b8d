/** A body that breaks off when it grows too large, and tells when it is over, however it ends. */
import { errorMessage } from '../lib/errors.ts';

export interface LimitBodyOptions {
  readonly bytesMax: number;
  readonly onEnd: (bytes: number, error?: string) => void;
}

export function limitBody(
  body: ReadableStream<Uint8Array>,
  { bytesMax, onEnd }: LimitBodyOptions,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await reader.read();
          if (next.done) {
            onEnd(bytes);
            controller.close();
            return;
          }
          bytes += next.value.length;
          if (bytes > bytesMax) throw new Error(`answer is too large: at most ${bytesMax} bytes`);
          controller.enqueue(next.value);
        } catch (error) {
          onEnd(bytes, errorMessage(error));
          await reader.cancel().catch(() => undefined);
          controller.error(error);
        }
      },
      async cancel(reason) {
        onEnd(bytes, 'client went away');
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
