/** Where to listen, in the form of dockerd's `--host`. */

export type ListenAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

const portDefault = 2375;

/** Throws with the reason. No host means all interfaces, as in dockerd. */
export function parseListenAddress(text: string): ListenAddress {
  const unix = /^unix:\/\/(.*)$/s.exec(text)?.[1];
  if (unix !== undefined) {
    if (!unix.startsWith('/')) throw new Error('a unix socket needs an absolute path');
    return { kind: 'unix', path: unix };
  }
  const tcp = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^:/[\]]*)(?::(\d{1,5}))?\/?$/.exec(text);
  if (tcp === null) throw new Error('expected unix:///path or tcp://host:port');
  const port = Number(tcp[2] ?? portDefault);
  if (port > 65_535) throw new Error('a port is at most 65535');
  const host = (tcp[1] ?? '').replace(/^\[|\]$/g, '');
  return { kind: 'tcp', host: host === '' ? '0.0.0.0' : host, port };
}

export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === 'unix') return `unix://${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp://${host}:${address.port}`;
}

/** Only names and addresses that cannot mean another machine. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true;
  return (
    address.host === 'localhost' || address.host === '::1' || /^127(\.\d+){3}$/.test(address.host)
  );
}
