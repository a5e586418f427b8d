/** The flags before the command. There is one engine, this machine's own. */
import { boolFlag, listFlag, stringFlag } from '../flags/flag-spec.ts';
import type { FlagSpec } from '../flags/flag-spec.ts';

/** `directory` is where the configuration lies, which the help names. */
export function globalFlagsOf(directory: string): readonly FlagSpec[] {
  return [
    stringFlag('config', `Location of client config files (default "${directory}")`),
    stringFlag(
      'context',
      'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")',
      { short: 'c' },
    ),
    boolFlag('debug', 'Enable debug mode', { short: 'D' }),
    listFlag('host', 'Daemon socket to connect to', { short: 'H' }),
    stringFlag(
      'log-level',
      'Set the logging level ("debug", "info", "warn", "error", "fatal") (default "info")',
      { short: 'l', initial: 'info' },
    ),
    boolFlag('tls', 'Use TLS; implied by --tlsverify'),
    stringFlag('tlscacert', `Trust certs signed only by this CA (default "${directory}/ca.pem")`),
    stringFlag('tlscert', `Path to TLS certificate file (default "${directory}/cert.pem")`),
    stringFlag('tlskey', `Path to TLS key file (default "${directory}/key.pem")`),
    boolFlag('tlsverify', 'Use TLS and verify the remote'),
    boolFlag('version', 'Print version information and quit', { short: 'v' }),
  ];
}

export const globalFlags = globalFlagsOf('/root/.docker');
