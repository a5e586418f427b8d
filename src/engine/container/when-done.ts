/** A stream that lets go of what it is read from when it ends, fails or is not wanted any more. */
export function whenDone(
  source: ReadableStream<Uint8Array>,
  close: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
        } catch (error) {
          await close();
          throw error;
        }
        await close();
        controller.close();
      },
      async cancel(reason) {
        await reader.cancel(reason).catch(() => {});
        await close();
      },
    },
    { highWaterMark: 0 },
  );
}
