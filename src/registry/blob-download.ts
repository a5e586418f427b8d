/**
 * The bytes of one blob, over as many requests as it takes: a broken connection is resumed where it broke, after a
 * pause that doubles. Whatever comes is hashed on the way and is worth nothing until this ends without an error.
 */
import { errorKind, KindError } from '../lib/errors.ts';
import { createHasher } from '../image/hash.ts';
import type { Descriptor } from '../image/manifest.ts';
import { RegistryError } from './registry-error.ts';
import type { RepositoryClient } from './repository-client.ts';

/** As Docker: so many attempts in a row without a byte of progress. */
const attemptsMax = 5;
/** In all, so that a server which drips is given up in the end. */
const requestsMax = 50;
const pauseSecondsMax = 30;
/** A connection that is silent for so long is broken. */
const idleMsMax = 60_000;

export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

export interface BlobDownloadOptions {
  readonly client: RepositoryClient;
  readonly blob: Descriptor;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onBytes?: (current: number) => void;
  /** Called once a second while waiting to try again. */
  readonly onRetry?: (seconds: number) => void;
}

/** Thrown at the end when all bytes came and are the wrong ones. */
export class VerificationError extends KindError {
  /** Whether more than one response made up the bytes: then a fresh download may be right. */
  readonly wasResumed: boolean;

  constructor(message: string, wasResumed: boolean) {
    super('dataLoss', message);
    this.wasResumed = wasResumed;
  }
}

export async function* downloadBlob(
  options: BlobDownloadOptions,
): AsyncGenerator<Uint8Array, void, void> {
  const { client, blob, clock, signal, onBytes, onRetry } = options;
  const hasher = await createHasher();
  let received = 0;
  let failures = 0;
  let requests = 0;
  while (received < blob.sizeBytes || requests === 0) {
    requests += 1;
    const before = received;
    try {
      for await (const chunk of requestFrom(client, { blob, offset: received, signal })) {
        received += chunk.length;
        if (received > blob.sizeBytes) throw verificationError(options, requests > 1);
        hasher.update(chunk);
        onBytes?.(received);
        yield chunk;
      }
      if (received < blob.sizeBytes) throw new KindError('unavailable', 'unexpected EOF');
    } catch (error) {
      signal.throwIfAborted();
      failures = received > before ? 1 : failures + 1;
      if (!isRetryable(error) || failures >= attemptsMax || requests >= requestsMax) throw error;
      await pause(pauseSeconds(error, failures), { clock, signal, onRetry });
    }
  }
  if (hasher.digest() !== blob.digest) throw verificationError(options, requests > 1);
}

function verificationError({ blob }: BlobDownloadOptions, wasResumed: boolean): VerificationError {
  return new VerificationError(
    `filesystem layer verification failed for digest ${blob.digest}`,
    wasResumed,
  );
}

async function* requestFrom(
  client: RepositoryClient,
  { blob, offset, signal }: { blob: Descriptor; offset: number; signal: AbortSignal },
): AsyncGenerator<Uint8Array, void, void> {
  const watch = watchIdle(signal);
  try {
    const response = await client.blob(blob.digest, { offset, signal: watch.signal });
    let skip = bytesToSkip(response, offset);
    const reader = response.body?.getReader();
    try {
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        watch.alive();
        const chunk = next.value.subarray(Math.min(skip, next.value.length));
        skip -= next.value.length - chunk.length;
        if (chunk.length > 0) yield chunk;
        // The consumer's time is not the connection's silence.
        watch.alive();
      }
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
  } catch (error) {
    if (watch.signal.aborted && !signal.aborted) {
      throw new KindError('unavailable', 'connection timed out', { cause: error });
    }
    throw error;
  } finally {
    watch.stop();
  }
}

/** A server that knows no ranges sends everything again: what is there already is skipped. */
function bytesToSkip(response: Response, offset: number): number {
  if (response.status !== 206) return offset;
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (start === undefined || Number(start) !== offset) {
    throw new KindError('unavailable', `server sent another range than the one asked for`);
  }
  return 0;
}

function watchIdle(outer: AbortSignal) {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), idleMsMax);
  };
  alive();
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    alive,
    stop: () => clearTimeout(timer),
  };
}

/** As Docker: what the registry refuses stays refused; what broke may work. */
function isRetryable(error: unknown): boolean {
  if (error instanceof VerificationError) return false;
  if (error instanceof RegistryError) return error.isTemporary || isShortWait(error);
  if (error instanceof KindError) return error.kind === 'unavailable';
  return errorKind(error) === 'system';
}

function isShortWait({ failure }: RegistryError): boolean {
  return failure.status === 429 && (failure.retryAfterSeconds ?? Infinity) <= pauseSecondsMax;
}

function pauseSeconds(error: unknown, failures: number): number {
  const asked = error instanceof RegistryError ? (error.failure.retryAfterSeconds ?? 0) : 0;
  return Math.min(pauseSecondsMax, Math.max(asked, 2 ** (failures - 1)));
}

async function pause(
  seconds: number,
  {
    clock,
    signal,
    onRetry,
  }: Pick<BlobDownloadOptions, 'clock' | 'signal'> & { onRetry: BlobDownloadOptions['onRetry'] },
): Promise<void> {
  for (let left = Math.ceil(seconds); left > 0; left -= 1) {
    onRetry?.(left);
    await clock.sleep(1000, signal);
  }
}
