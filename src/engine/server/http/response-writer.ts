/** Writes the heads of responses. */

const encoder = new TextEncoder();

const reasons: Readonly<Record<number, string>> = {
  101: 'UPGRADED',
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** A head with its empty line; header names come out as Go writes them. */
export function encodeHead(status: number, headers: Readonly<Record<string, string>>): Uint8Array {
  const fields = Object.entries(headers).map(
    ([name, value]) => `${canonicalName(name)}: ${value.replace(/[\r\n]/g, ' ')}\r\n`,
  );
  const reason = reasons[status] ?? `status code ${status}`;
  return encoder.encode(`HTTP/1.1 ${status} ${reason}\r\n${fields.join('')}\r\n`);
}

function canonicalName(name: string): string {
  return name
    .split('-')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join('-');
}
