/** The exec endpoints: a further process in a running container. */
import type {
  ExecCreateRequest,
  ExecCreateResponse,
  ExecInspect,
  ExecStartRequest,
} from '../api/exec.ts';
import type { Duplex } from '../lib/duplex.ts';
import { segment } from './api-client.ts';
import type { ApiClient } from './api-client.ts';

export function execCreate(
  client: ApiClient,
  options: { readonly container: string; readonly config: ExecCreateRequest },
): Promise<ExecCreateResponse> {
  return client.json('POST', `/containers/${segment(options.container)}/exec`, {
    json: options.config,
  });
}

export interface ExecStartOptions {
  readonly exec: string;
  readonly config: ExecStartRequest;
}

/** Starts in the background. */
export async function execStart(client: ApiClient, options: ExecStartOptions): Promise<void> {
  await client.empty('POST', `/exec/${segment(options.exec)}/start`, {
    json: { ...options.config, Detach: true },
  });
}

/** Starts with its streams connected. */
export function execAttach(client: ApiClient, options: ExecStartOptions): Promise<Duplex> {
  return client.hijack(`/exec/${segment(options.exec)}/start`, {
    json: { ...options.config, Detach: false },
  });
}

export async function execResize(
  client: ApiClient,
  options: { readonly exec: string; readonly columns: number; readonly rows: number },
): Promise<void> {
  await client.empty('POST', `/exec/${segment(options.exec)}/resize`, {
    query: { h: options.rows, w: options.columns },
  });
}

export function execInspect(
  client: ApiClient,
  options: { readonly exec: string },
): Promise<ExecInspect> {
  return client.json('GET', `/exec/${segment(options.exec)}/json`);
}
