/** Wire types of registries, Engine API v1.51. */

/** Body of `POST /auth`, and, as base64 of its JSON, the `X-Registry-Auth` header. */
export interface AuthConfig {
  readonly username?: string;
  readonly password?: string;
  readonly serveraddress?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}
