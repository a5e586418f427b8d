/** The commands that make and change contexts: there is one host, so there is one context. */
import { flagsOf } from '../../flags/flag-table.ts';
import { laterCommand } from './later-command.ts';

export const laterContextCommands = [
  laterCommand('context create', {
    use: '[OPTIONS] CONTEXT',
    short: 'Create a context',
    long: 'Create a context\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context\'s Docker endpoint configuration\nhost                Docker endpoint on which to connect\nca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n$ docker context create my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"',
    flags: flagsOf(`
    --description string     Description of the context
    --docker stringToString  set the docker endpoint (default [])
    --from string            create context from a named context
  `),
  }),
  laterCommand('context export', {
    use: '[OPTIONS] CONTEXT [FILE|-]',
    short: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
    flags: [],
  }),
  laterCommand('context import', {
    use: 'CONTEXT FILE|-',
    short: 'Import a context from a tar or zip file',
    flags: [],
  }),
  laterCommand('context update', {
    use: '[OPTIONS] CONTEXT',
    short: 'Update a context',
    long: 'Update a context\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context\'s Docker endpoint configuration\nhost                Docker endpoint on which to connect\nca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n$ docker context update my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"',
    flags: flagsOf(`
    --description string     Description of the context
    --docker stringToString  set the docker endpoint (default [])
  `),
  }),
];
