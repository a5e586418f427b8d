/** Flags of `docker buildx build`, from the documentation of buildx 0.24: docs/reference/buildx_build.md. */
import { parseUlimit, validateExtraHost } from '../../container-config/validators.ts';
import {
  boolFlag,
  bytesFlag,
  intFlag,
  stringFlag,
  valuesFlag,
  type FlagSpec,
} from '../../flags/flag-spec.ts';

/** May be given many times, each whole. */
function arrayFlag(name: string, usage: string, extras: { short?: string } = {}): FlagSpec {
  return valuesFlag(name, usage, { ...extras, label: 'stringArray', read: (text) => text });
}

/** Under every help of buildx. */
export const experimentalHint =
  'Experimental commands and flags are hidden. Set BUILDX_EXPERIMENTAL=1 to show them.';

export const builderFlags: readonly FlagSpec[] = [
  stringFlag('builder', 'Override the configured builder instance'),
  boolFlag('debug', 'Enable debug logging', { short: 'D' }),
];

/** Of commands that are about all builders. */
export const hiddenBuilderFlags: readonly FlagSpec[] = builderFlags.map((flag) =>
  flag.name === 'builder' ? { ...flag, hidden: true } : flag,
);

export const buildxBuildFlags: readonly FlagSpec[] = [
  valuesFlag('add-host', 'Add a custom host-to-IP mapping (format: "host:ip")', {
    label: 'strings',
    read: validateExtraHost,
  }),
  arrayFlag(
    'allow',
    'Allow extra privileged entitlement (e.g., "network.host", "security.insecure")',
  ),
  arrayFlag('annotation', 'Add annotation to the image'),
  arrayFlag('attest', 'Attestation parameters (format: "type=sbom,generator=image")'),
  arrayFlag('build-arg', 'Set build-time variables'),
  arrayFlag('build-context', 'Additional build contexts (e.g., name=path)'),
  ...builderFlags,
  arrayFlag(
    'cache-from',
    'External cache sources (e.g., "user/app:cache", "type=local,src=path/to/dir")',
  ),
  arrayFlag(
    'cache-to',
    'Cache export destinations (e.g., "user/app:cache", "type=local,dest=path/to/dir")',
  ),
  stringFlag(
    'call',
    'Set method for evaluating build ("check", "outline", "targets") (default "build")',
    { initial: 'build' },
  ),
  stringFlag('cgroup-parent', 'Set the parent cgroup for the "RUN" instructions during build'),
  boolFlag('check', 'Shorthand for "--call=check"'),
  stringFlag('file', 'Name of the Dockerfile (default: "PATH/Dockerfile")', { short: 'f' }),
  stringFlag('iidfile', 'Write the image ID to a file'),
  arrayFlag('label', 'Set metadata for an image'),
  boolFlag('load', 'Shorthand for "--output=type=docker"'),
  stringFlag('metadata-file', 'Write build result metadata to a file'),
  stringFlag(
    'network',
    'Set the networking mode for the "RUN" instructions during build (default "default")',
    { initial: 'default' },
  ),
  boolFlag('no-cache', 'Do not use cache when building the image'),
  arrayFlag('no-cache-filter', 'Do not cache specified stages'),
  arrayFlag('output', 'Output destination (format: "type=local,dest=path")', { short: 'o' }),
  arrayFlag('platform', 'Set target platform for build'),
  stringFlag(
    'progress',
    'Set type of progress output ("auto", "quiet", "plain", "tty", "rawjson"). Use plain to show container output (default "auto")',
    { initial: 'auto' },
  ),
  stringFlag('provenance', 'Shorthand for "--attest=type=provenance"'),
  boolFlag('pull', 'Always attempt to pull all referenced images'),
  boolFlag('push', 'Shorthand for "--output=type=registry"'),
  boolFlag('quiet', 'Suppress the build output and print image ID on success', { short: 'q' }),
  stringFlag('sbom', 'Shorthand for "--attest=type=sbom"'),
  arrayFlag('secret', 'Secret to expose to the build (format: "id=mysecret[,src=/local/secret]")'),
  bytesFlag('shm-size', 'Shared memory size for build containers'),
  arrayFlag(
    'ssh',
    'SSH agent socket or keys to expose to the build (format: "default|<id>[=<socket>|<key>[,<key>]]")',
  ),
  arrayFlag('tag', 'Name and optionally a tag (format: "name:tag")', { short: 't' }),
  stringFlag('target', 'Set the target build stage to build'),
  valuesFlag('ulimit', 'Ulimit options (default [])', { label: 'ulimit', read: parseUlimit }),
  // What the classic builder had: taken and overlooked.
  boolFlag('compress', 'Compress the build context using gzip', { hidden: true }),
  stringFlag('isolation', 'Container isolation technology', { hidden: true }),
  valuesFlag('security-opt', 'Security options', {
    hidden: true,
    label: 'strings',
    read: (text) => text,
  }),
  boolFlag('squash', 'Squash newly built layers into a single new layer', { hidden: true }),
  stringFlag('memory', 'Memory limit', { short: 'm', hidden: true }),
  stringFlag('memory-swap', 'Swap limit equal to memory plus swap', { hidden: true }),
  intFlag('cpu-shares', 'CPU shares (relative weight)', { short: 'c', hidden: true }),
  intFlag('cpu-period', 'Limit the CPU CFS (Completely Fair Scheduler) period', { hidden: true }),
  intFlag('cpu-quota', 'Limit the CPU CFS (Completely Fair Scheduler) quota', { hidden: true }),
  stringFlag('cpuset-cpus', 'CPUs in which to allow execution', { hidden: true }),
  stringFlag('cpuset-mems', 'MEMs in which to allow execution', { hidden: true }),
  boolFlag('rm', 'Remove intermediate containers', { hidden: true, initial: true }),
  boolFlag('force-rm', 'Always remove intermediate containers', { hidden: true }),
];
