/** `POST /auth`. */
import type { AuthConfig, AuthResponse } from '../api/registry.ts';
import { KindError } from '../lib/errors.ts';
import type { Daemon } from './daemon.ts';

/** Docker Hub under the names that its clients have for it. */
const hubHosts = ['', 'index.docker.io', 'docker.io'];

export async function systemAuth(
  daemon: Daemon,
  config: AuthConfig,
  signal?: AbortSignal,
): Promise<AuthResponse> {
  const host = hostOf(config.serveraddress ?? '');
  const IdentityToken = await daemon.registry.login(
    hubHosts.includes(host) ? 'registry-1.docker.io' : host,
    {
      auth: {
        username: config.username ?? '',
        password: config.password ?? '',
        ...(config.identitytoken === undefined ? {} : { identityToken: config.identitytoken }),
      },
      ...(signal === undefined ? {} : { signal }),
    },
  );
  return { Status: 'Login Succeeded', IdentityToken };
}

/** An address may be a bare host or a URL, `https://index.docker.io/v1/`. */
function hostOf(address: string): string {
  if (address === '') return '';
  const url = /^https?:\/\//.test(address) ? address : `https://${address}`;
  if (URL.canParse(url)) return new URL(url).host;
  const message = `unable to parse server address: parse ${JSON.stringify(url)}: invalid URL`;
  throw new KindError('invalidParameter', message);
}
