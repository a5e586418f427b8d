/** All that a short-lived program of the machine's says. */

/** More than this is not kept. */
const sizeCharactersMax = 1024 * 1024;

export async function collectText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream)
    if (text.length < sizeCharactersMax) text += decoder.decode(chunk, { stream: true });
  return text;
}
