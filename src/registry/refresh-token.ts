/**
 * Asks a token server with an identity token in place of a password, by the OAuth2 form of the token protocol
 * (https://distribution.github.io/distribution/spec/auth/oauth/).
 */

/** What Docker calls itself at token servers. */
export const clientId = 'docker';

export interface TokenRequest {
  readonly url: URL;
  readonly init: RequestInit;
}

/** `scopes` is empty for a login: the token then only says who asks. */
export function refreshTokenRequest(
  realm: string,
  options: {
    readonly identityToken: string;
    readonly service: string | undefined;
    readonly scopes: readonly string[];
  },
): TokenRequest {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: options.identityToken,
    service: options.service ?? '',
  });
  if (options.scopes.length > 0) form.set('scope', options.scopes.join(' '));
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return {
    url: new URL(realm),
    init: { method: 'POST', headers, body: form.toString() },
  };
}
