/** Why a connection failed, in the words of Go's net package: Docker's users know them. */
import { errorMessage } from './errors.ts';

/** The reason, from an error of Node's (which carries a code) or of a browser's (which carries nothing). */
export function dialReason(error: unknown, hostname: string): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  switch (code) {
    case 'ENOTFOUND':
      return `dial tcp: lookup ${hostname}: no such host`;
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${hostname}: Temporary failure in name resolution`;
    case 'ECONNREFUSED':
      return 'dial tcp: connect: connection refused';
    case 'ENETUNREACH':
      return 'dial tcp: connect: network is unreachable';
    case 'EHOSTUNREACH':
      return 'dial tcp: connect: no route to host';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'EOF';
    default:
      return errorMessage(cause);
  }
}
