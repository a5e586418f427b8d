/** Reads a small text to its end. */

/** Secrets and the like: more is a mistake. */
const bytesMax = 1024 * 1024;

export async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > bytesMax) throw new Error(`Cannot read input: more than ${bytesMax} bytes`);
    text += decoder.decode(value, { stream: true });
  }
}
