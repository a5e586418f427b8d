/** `docker trust …`: known, its engine part is still to come. */
import { flagsOf } from '../../flags/flag-table.ts';
import { laterCommand, laterGroup } from './later-command.ts';

export const trust = laterGroup({
  name: 'trust',
  short: 'Manage trust on Docker images',
  section: 'management',
  children: [
    laterGroup({
      name: 'key',
      short: 'Manage keys for signing Docker images',
      section: 'management',
      children: [
        laterCommand('trust key generate', {
          use: 'NAME',
          short: 'Generate and load a signing key-pair',
          flags: flagsOf(`
    --dir string  Directory to generate key in, defaults to current directory
  `),
        }),
        laterCommand('trust key load', {
          use: '[OPTIONS] KEYFILE',
          short: 'Load a private key file for signing',
          flags: flagsOf(`
    --name string  Name for the loaded key (default "signer")
  `),
        }),
      ],
    }),
    laterGroup({
      name: 'signer',
      short: 'Manage entities who can sign Docker images',
      section: 'management',
      children: [
        laterCommand('trust signer add', {
          use: 'OPTIONS NAME REPOSITORY [REPOSITORY...] ',
          short: 'Add a signer',
          flags: flagsOf(`
    --key list  Path to the signer's public key file
  `),
        }),
        laterCommand('trust signer remove', {
          use: '[OPTIONS] NAME REPOSITORY [REPOSITORY...]',
          short: 'Remove a signer',
          flags: flagsOf(`
    -f, --force  Do not prompt for confirmation before removing the most recent signer
  `),
        }),
      ],
    }),
    laterCommand('trust inspect', {
      use: 'IMAGE[:TAG] [IMAGE[:TAG]...]',
      short: 'Return low-level information about keys and signatures',
      flags: flagsOf(`
    --pretty  Print the information in a human friendly format
  `),
    }),
    laterCommand('trust revoke', {
      use: '[OPTIONS] IMAGE[:TAG]',
      short: 'Remove trust for an image',
      flags: flagsOf(`
    -y, --yes  Do not prompt for confirmation
  `),
    }),
    laterCommand('trust sign', {
      use: 'IMAGE:TAG',
      short: 'Sign an image',
      flags: flagsOf(`
    --local  Sign a locally tagged image
  `),
    }),
  ],
});
