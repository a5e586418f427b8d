/** `POST /containers/{id}/attach`: any number of clients see the output, and each may type. */
import { KindError } from '../lib/errors.ts';
import { encodeStdcopy } from '../lib/stdcopy.ts';
import { attachWritable } from './container/attach-streams.ts';
import type { Container } from './container/container.ts';
import type { LogStream } from './container/container-log.ts';
import { detachKeysDefault, parseDetachKeys } from './container/detach-keys.ts';
import { logContainerEvent, type Daemon } from './daemon.ts';
import type { ContainerAttachOptions } from './server/backend/container-backend.ts';
import type { AttachedStream } from './server/backend/streams.ts';

export async function containerAttach(
  daemon: Daemon,
  name: string,
  options: ContainerAttachOptions,
): Promise<AttachedStream> {
  const container = daemon.containers.find(name);
  const { status } = container.state;
  if (status === 'paused') {
    const message = `container ${name} is paused, unpause the container before attach`;
    throw new KindError('conflict', message);
  }
  if (status === 'restarting') {
    const message = `container ${name} is restarting, wait until the container is running`;
    throw new KindError('conflict', message);
  }
  const detachKeys = parseDetachKeys(options.detachKeys ?? detachKeysDefault);
  const multiplexed = !container.tty && options.multiplex !== false;
  const encode = (stream: LogStream, chunk: Uint8Array) =>
    multiplexed ? encodeStdcopy(stream, chunk) : chunk;
  const tap = container.output.tap({
    stdout: options.stdout,
    stderr: options.stderr,
    encode,
    ...(options.logs ? { prelude: replay(container, { ...options, encode }) } : {}),
  });
  if (!options.stream) tap.close();
  options.signal?.addEventListener('abort', () => tap.close(), { once: true });
  logContainerEvent(daemon, container, { action: 'attach' });
  const { input } = container;
  const takesInput = options.stdin && options.stream && container.config.OpenStdin === true;
  const writable = attachWritable(
    takesInput
      ? {
          detachKeys: container.tty ? detachKeys : new Uint8Array(),
          write: (chunk) => input.write(chunk),
          end: async () => {
            const closes = container.config.StdinOnce === true && !container.tty;
            if (closes) await input.close();
          },
          detach: () => {
            logContainerEvent(daemon, container, { action: 'detach' });
            tap.close();
          },
        }
      : undefined,
  );
  return { duplex: { readable: tap.readable, writable }, multiplexed };
}

function replay(
  container: Container,
  options: {
    readonly stdout: boolean;
    readonly stderr: boolean;
    readonly encode: (stream: LogStream, chunk: Uint8Array) => Uint8Array;
  },
): Uint8Array[] {
  return container.log
    .all()
    .filter(({ stream }) => options[stream])
    .map(({ stream, lines }) => options.encode(stream, lines));
}
