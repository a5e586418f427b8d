/** Wire types of registries, Engine API v1.51. */

/** Body of `POST /auth`, and, as base64 of its JSON, the `X-Registry-Auth` header. */
export interface AuthConfig {
  readonly username?: string;
  readonly password?: string;
  readonly serveraddress?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** Answer of `POST /auth`. */
export interface AuthResponse {
  readonly Status: string;
  /** Stands for the password from now on; empty where the registry has no such. */
  readonly IdentityToken: string;
}
