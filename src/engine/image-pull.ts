/** `POST /images/create?fromImage=…`. */
import { familiarText, parseReference, pullReference } from '../image/reference.ts';
import type { Daemon } from './daemon.ts';
import type { ImagePullOptions } from './server/backend/image-backend.ts';

export async function imagePull(daemon: Daemon, options: ImagePullOptions): Promise<void> {
  const reference = familiarText(pullReference(parseReference(options.reference)));
  await daemon.pullImage({ ...options, reference });
  daemon.events.publish({
    type: 'image',
    action: 'pull',
    id: reference,
    attributes: { name: reference },
  });
}
