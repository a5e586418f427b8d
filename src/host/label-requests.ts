/** Names the requests of one `docker` command line, so that who watches can join them: see engine/xray/README.md. */
import type { ApiHandler } from '../api/http.ts';
import { quoteWord } from '../guest/plan-text.ts';
import { hexOf } from '../lib/hex.ts';

/** A longer command line is cut: it is a label. */
const commandLengthMax = 400;

/** `argv` begins with the program's own name. */
export function labelRequests(api: ApiHandler, argv: readonly string[]): ApiHandler {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  const invocation = hexOf(bytes);
  const command = encodeURIComponent(commandText(argv));
  let count = 0;
  return (request) =>
    api({
      ...request,
      headers: {
        ...request.headers,
        'x-request-id': `${invocation}.${count++}`,
        'x-bottleship-command': command,
      },
    });
}

function commandText(argv: readonly string[]): string {
  const text = ['docker', ...argv.slice(1)].map(quoteWord).join(' ');
  const label = text.length > commandLengthMax ? `${text.slice(0, commandLengthMax)}…` : text;
  // Half a pair of surrogates cannot be percent-encoded.
  return label.replace(/\p{Surrogate}/gu, '');
}
