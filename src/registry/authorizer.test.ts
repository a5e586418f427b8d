import { describe, expect, test } from 'vitest';
import { Authorizer } from './authorizer.ts';

const challenge = 'Bearer realm="https://auth.test/token",service="test",scope="repository:a:pull"';

function unauthorized(): Response {
  const response = new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
  Object.defineProperty(response, 'url', { value: 'https://r.test/v2/' });
  return response;
}

describe('Authorizer', () => {
  test('posts the identity token of a login in place of a password', async () => {
    const asked: { url: string; method: string | undefined; body: unknown }[] = [];
    const authorizer = new Authorizer({
      now: () => 0,
      fetch: async (input, init) => {
        asked.push({ url: String(input), method: init?.method, body: init?.body });
        return Response.json({ access_token: 'short', expires_in: 300 });
      },
    });
    const header = await authorizer.answer('key', {
      response: unauthorized(),
      scope: '',
      credentials: { username: 'me', password: '', identityToken: 'long' },
    });
    expect(header).toBe('Bearer short');
    expect(authorizer.known('key')).toBe('Bearer short');
    const body =
      'grant_type=refresh_token&client_id=docker&refresh_token=long&service=test&scope=repository%3Aa%3Apull';
    expect(asked).toEqual([{ url: 'https://auth.test/token', method: 'POST', body }]);
  });

  test('sends the password with a GET where there is no identity token', async () => {
    const asked: string[] = [];
    const authorizer = new Authorizer({
      now: () => 0,
      fetch: async (input, init) => {
        asked.push(`${String(input)} ${new Headers(init?.headers).get('authorization')}`);
        return Response.json({ token: 'short' });
      },
    });
    const credentials = { username: 'me', password: 'right' };
    await authorizer.answer('key', { response: unauthorized(), scope: '', credentials });
    expect(asked).toEqual([
      `https://auth.test/token?service=test&scope=repository%3Aa%3Apull&account=me Basic ${btoa('me:right')}`,
    ]);
  });
});
