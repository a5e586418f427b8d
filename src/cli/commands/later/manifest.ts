/** `docker manifest …`: known, its engine part is still to come. */
import { flagsOf } from '../../flags/flag-table.ts';
import { laterCommand, laterGroup } from './later-command.ts';

export const manifest = laterGroup({
  name: 'manifest',
  short: 'Manage Docker image manifests and manifest lists',
  section: 'management',
  long: 'The **docker manifest** command has subcommands for managing image manifests and\nmanifest lists. A manifest list allows you to use one name to refer to the same image\nbuilt for multiple architectures.\n\nTo see help for a subcommand, use:\n\n    docker manifest CMD --help\n\nFor full details on using docker manifest lists, see the registry v2 specification.\n\nEXPERIMENTAL:\n  docker manifest is an experimental feature.\n  Experimental features provide early access to product functionality. These\n  features may change between releases without warning, or can be removed from a\n  future release. Learn more about experimental features in our documentation:\n  https://docs.docker.com/go/experimental/',
  useSuffix: 'COMMAND',
  children: [
    laterCommand('manifest annotate', {
      use: '[OPTIONS] MANIFEST_LIST MANIFEST',
      short: 'Add additional information to a local image manifest',
      long: 'Add additional information to a local image manifest\n\nEXPERIMENTAL:\n  docker manifest annotate is an experimental feature.\n  Experimental features provide early access to product functionality. These\n  features may change between releases without warning, or can be removed from a\n  future release. Learn more about experimental features in our documentation:\n  https://docs.docker.com/go/experimental/',
      flags: flagsOf(`
    --arch string          Set architecture
    --os string            Set operating system
    --os-features strings  Set operating system feature
    --os-version string    Set operating system version
    --variant string       Set architecture variant
  `),
    }),
    laterCommand('manifest create', {
      use: 'MANIFEST_LIST MANIFEST [MANIFEST...]',
      short: 'Create a local manifest list for annotating and pushing to a registry',
      long: 'Create a local manifest list for annotating and pushing to a registry\n\nEXPERIMENTAL:\n  docker manifest create is an experimental feature.\n  Experimental features provide early access to product functionality. These\n  features may change between releases without warning, or can be removed from a\n  future release. Learn more about experimental features in our documentation:\n  https://docs.docker.com/go/experimental/',
      flags: flagsOf(`
    -a, --amend  Amend an existing manifest list
    --insecure   Allow communication with an insecure registry
  `),
    }),
    laterCommand('manifest inspect', {
      use: '[OPTIONS] [MANIFEST_LIST] MANIFEST',
      short: 'Display an image manifest, or manifest list',
      long: 'Display an image manifest, or manifest list\n\nEXPERIMENTAL:\n  docker manifest inspect is an experimental feature.\n  Experimental features provide early access to product functionality. These\n  features may change between releases without warning, or can be removed from a\n  future release. Learn more about experimental features in our documentation:\n  https://docs.docker.com/go/experimental/',
      flags: flagsOf(`
    --insecure     Allow communication with an insecure registry
    -v, --verbose  Output additional info including layers and platform
  `),
    }),
    laterCommand('manifest push', {
      use: '[OPTIONS] MANIFEST_LIST',
      short: 'Push a manifest list to a repository',
      long: 'Push a manifest list to a repository\n\nEXPERIMENTAL:\n  docker manifest push is an experimental feature.\n  Experimental features provide early access to product functionality. These\n  features may change between releases without warning, or can be removed from a\n  future release. Learn more about experimental features in our documentation:\n  https://docs.docker.com/go/experimental/',
      flags: flagsOf(`
    --insecure   Allow push to an insecure registry
    -p, --purge  Remove the local manifest list after push
  `),
    }),
    laterCommand('manifest rm', {
      use: 'MANIFEST_LIST [MANIFEST_LIST...]',
      short: 'Delete one or more manifest lists from local storage',
      long: 'Delete one or more manifest lists from local storage\n\nEXPERIMENTAL:\n  docker manifest rm is an experimental feature.\n  Experimental features provide early access to product functionality. These\n  features may change between releases without warning, or can be removed from a\n  future release. Learn more about experimental features in our documentation:\n  https://docs.docker.com/go/experimental/',
      flags: [],
    }),
  ],
});
