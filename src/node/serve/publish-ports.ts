/** `bottleship serve --publish`: what containers publish is on the host's loopback, as long as they run. */
import { toDisposable, type Disposable } from '../../lib/disposable.ts';
import { errorMessage } from '../../lib/errors.ts';
import type { PublishedPort } from '../../preview/published-port.ts';
import type { PublishedPorts } from '../../preview/published-ports.ts';
import { forwardDatagrams } from './forward-datagrams.ts';
import { forwardPort } from './forward-port.ts';

/** Undefined while it is being bound, and after that failed. */
type Forwards = Map<string, Disposable | undefined>;

export function publishPorts(
  ports: Pick<PublishedPorts, 'onChange' | 'connect' | 'openDatagrams'>,
  log: (line: string) => void,
): Disposable {
  const forwards: Forwards = new Map();
  const watching = ports.onChange((list) => {
    const wanted = new Map(list.map((port) => [keyOf(port), port]));
    for (const [key, forward] of forwards) {
      if (wanted.has(key)) continue;
      forwards.delete(key);
      forward?.dispose();
    }
    for (const [key, port] of wanted) {
      if (forwards.has(key)) continue;
      forwards.set(key, undefined);
      void bind(port);
    }
  });
  const bind = async (published: PublishedPort): Promise<void> => {
    const { port, protocol, containerName, privatePort } = published;
    const key = keyOf(published);
    const target = `${containerName}:${privatePort}/${protocol}`;
    try {
      const forward =
        protocol === 'udp'
          ? await forwardDatagrams({ port, open: () => ports.openDatagrams(port) })
          : await forwardPort({ port, connect: () => ports.connect(port) });
      if (!forwards.has(key) || forwards.get(key) !== undefined) return forward.dispose();
      forwards.set(key, forward);
      log(`Published 127.0.0.1:${port} -> ${target}`);
    } catch (error) {
      log(`WARNING: Cannot publish 127.0.0.1:${port} -> ${target}: ${errorMessage(error)}`);
    }
  };
  return toDisposable(() => {
    watching.dispose();
    for (const forward of forwards.values()) forward?.dispose();
    forwards.clear();
  });
}

/** Another container on the same port is another forward. */
function keyOf({ port, protocol, containerId, privatePort }: PublishedPort): string {
  return `${protocol} ${port} ${containerId} ${privatePort}`;
}
