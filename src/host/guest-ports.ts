/** The ports that the guest's containers publish. A module of its own: a first prompt needs none of it. */
import type { ApiHandler } from '../api/http.ts';
import { ApiClient } from '../client/api-client.ts';
import type { Guest } from '../guest/guest.ts';
import { PublishedPorts } from '../preview/published-ports.ts';

export function createGuestPorts(guest: Guest, api: ApiHandler): PublishedPorts {
  return new PublishedPorts({
    client: new ApiClient(api),
    readFiles: (paths) => guest.readFiles(paths),
    connect: (target) => guest.connect(target),
    openDatagrams: (local) => guest.openDatagrams(local),
  });
}
