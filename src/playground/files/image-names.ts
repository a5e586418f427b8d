/** Names of the images that are here, to complete a FROM with. */
import type { ApiClient } from '../../client/api-client.ts';
import { imageList } from '../../client/images.ts';

/** Nothing where the engine cannot be asked: a completion is an extra. */
export async function imageNames(client: ApiClient | undefined): Promise<readonly string[]> {
  if (client === undefined) return [];
  try {
    const images = await imageList(client);
    return images
      .flatMap(({ RepoTags }) => RepoTags ?? [])
      .filter((tag) => tag !== '<none>:<none>');
  } catch {
    return [];
  }
}
