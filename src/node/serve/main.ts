/** `bottleship serve`: reads its options, serves until it is told to stop, and tells failures on stderr. */
import { errorMessage } from '../../lib/errors.ts';
import { lockDataRoot } from '../data-root-lock.ts';
import { formatListenAddress, isLoopback, type ListenAddress } from './listen-address.ts';
import { listen, type Listener } from './listen.ts';
import { startEngine } from './serve-engine.ts';
import { parseServeOptions, serveHelp, UsageError, type ServeOptions } from './serve-options.ts';

/** How long requests may take to end once we were asked to stop; dockerd gives its API as long. */
const stopTimeoutMs = 5000;

async function main(): Promise<void> {
  const options = parseServeOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(serveHelp);
    return;
  }
  for (const host of options.hosts) checkRemote(host, options.allowRemote);
  const lock = lockDataRoot(options.dataRoot);
  process.once('exit', () => lock.dispose());
  await serve(options);
}

function checkRemote(address: ListenAddress, allowRemote: boolean): void {
  if (isLoopback(address)) return;
  const text = formatListenAddress(address);
  if (!allowRemote) {
    const reason = 'whoever reaches it has full control of the machine';
    throw new UsageError(
      `refusing to serve ${text}: ${reason}. To do it all the same, add --allow-remote`,
    );
  }
  console.error(
    `WARNING: API is accessible on ${text.replace('tcp:', 'http:')} without encryption.\n` +
      '         Access to the remote API is equivalent to root access on the machine.',
  );
}

/** Resolves when it was asked to stop and did; rejects when it could not go on. */
async function serve(options: ServeOptions): Promise<void> {
  const stopRequested = stopSignal();
  const engine = startEngine(options);
  const listeners: Listener[] = [];
  try {
    for (const host of options.hosts) listeners.push(await listenOn(host, engine.handler));
    const stopped = await Promise.race([engine.ready.then(() => false), stopRequested]);
    if (stopped) return;
    const addresses = listeners.map(({ address }) => formatListenAddress(address));
    console.log(`Bottleship is ready: DOCKER_HOST=${addresses.join(' ')}`);
    await Promise.race([stopRequested, engine.lost]);
  } finally {
    await stopListening(listeners);
    await engine.dispose();
  }
}

async function listenOn(
  address: ListenAddress,
  ...rest: [Parameters<typeof listen>[1]]
): Promise<Listener> {
  try {
    return await listen(address, ...rest);
  } catch (error) {
    const text = formatListenAddress(address);
    throw new Error(`Cannot listen on ${text}: ${errorMessage(error)}`, { cause: error });
  }
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<true> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.on(signal, () => process.exit(1));
        resolve(true);
      });
    }
  });
}

/** Requests get a while to end; whatever is left then is cut off. */
async function stopListening(listeners: readonly Listener[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, stopTimeoutMs);
  });
  await Promise.race([Promise.all(listeners.map((listener) => listener.stop())), late]);
  clearTimeout(timer);
  for (const listener of listeners) listener.dispose();
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    const hint =
      error instanceof UsageError ? "\n\nRun 'bottleship serve --help' for more information" : '';
    console.error(`bottleship serve: ${errorMessage(error)}${hint}`);
    process.exit(1);
  },
);
