import { describe, expect, test } from 'vitest';
import { LoginClient } from './login.ts';

/** A registry that asks as told and takes one user. */
function client(challenge: string, { tokenStatus = 200 } = {}): LoginClient {
  const answer = (url: string, authorization: string | null): Response => {
    if (url.startsWith('https://auth.test/token')) {
      if (tokenStatus !== 200) {
        const errors = [{ code: 'UNAUTHORIZED', message: 'incorrect username or password' }];
        return Response.json({ errors }, { status: tokenStatus });
      }
      return Response.json({ token: 'short', refresh_token: 'long' });
    }
    const isKnown = ['Bearer short', `Basic ${btoa('me:right')}`].includes(authorization ?? '');
    if (challenge === '' || isKnown) return new Response('{}');
    const headers = { 'www-authenticate': challenge };
    return new Response(null, { status: 401, statusText: 'Unauthorized', headers });
  };
  return new LoginClient({
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      return answer(url, new Headers(init?.headers).get('authorization'));
    },
    endpoint: (host) => `https://${host}/v2/`,
  });
}

const right = { credentials: { username: 'me', password: 'right' } };
const wrong = { credentials: { username: 'me', password: 'wrong' } };
const bearer = 'Bearer realm="https://auth.test/token",service="test"';

describe('LoginClient', () => {
  test('gives the identity token of a token server', async () => {
    expect(await client(bearer).login('r.test', right)).toBe('long');
  });

  test('asks with an identity token where there is one', async () => {
    const asked: { url: string; body: unknown }[] = [];
    const login = new LoginClient({
      fetch: async (input, init) => {
        const url = String(input);
        const { authorization } = Object.fromEntries(new Headers(init?.headers));
        if (url.startsWith('https://auth.test/token')) {
          asked.push({ url, body: init?.body });
          return Response.json({ access_token: 'short', refresh_token: 'longer' });
        }
        if (authorization === 'Bearer short') return new Response('{}');
        return new Response(null, { status: 401, headers: { 'www-authenticate': bearer } });
      },
      endpoint: (host) => `https://${host}/v2/`,
    });
    const credentials = { username: 'me', password: '', identityToken: 'long' };
    expect(await login.login('r.test', { credentials })).toBe('longer');
    const body = 'grant_type=refresh_token&client_id=docker&refresh_token=long&service=test';
    expect(asked).toEqual([{ url: 'https://auth.test/token', body }]);
  });

  test('gives none for Basic, and none where nobody asks', async () => {
    expect(await client('Basic realm="x"').login('r.test', right)).toBe('');
    expect(await client('').login('r.test', wrong)).toBe('');
  });

  test('a wrong password is told in Docker’s words', async () => {
    await expect(client(bearer, { tokenStatus: 401 }).login('r.test', wrong)).rejects.toMatchObject(
      {
        kind: 'unauthorized',
        message: 'Get "https://r.test/v2/": unauthorized: incorrect username or password',
      },
    );
    await expect(client('Basic realm="x"').login('r.test', wrong)).rejects.toMatchObject({
      kind: 'system',
      message: 'login attempt to https://r.test/v2/ failed with status: 401 Unauthorized',
    });
  });

  test('a realm without TLS gets no password', async () => {
    const downgrade = client('Bearer realm="http://auth.test/token"').login('r.test', right);
    await expect(downgrade).rejects.toThrow('invalid token auth challenge realm');
  });
});
