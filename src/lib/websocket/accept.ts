/** RFC 6455 section 1.3: how a server shows that it understood the opening handshake. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export async function acceptOf(key: string): Promise<string> {
  const text = new TextEncoder().encode(`${key}${acceptSuffix}`);
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-1', text));
  return btoa(String.fromCharCode(...sum));
}
