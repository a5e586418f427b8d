/** The endpoints beside Docker's, for eyes: what the engine and the machine do. See src/README.md. */
import type { XrayEvent } from '../api/xray.ts';
import type { ApiClient } from './api-client.ts';
import { jsonLines } from './json-stream.ts';

/** The steps of all requests as they are taken, after those that are kept; ends with the signal. */
export async function xrayEvents(
  client: ApiClient,
  options: { readonly signal?: AbortSignal } = {},
): Promise<AsyncGenerator<XrayEvent, void>> {
  const stream = await client.stream('GET', '/bottleship/xray', {
    query: { follow: true },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return jsonLines<XrayEvent>(stream);
}
