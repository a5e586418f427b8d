/**
 * Platforms and which entry of a manifest list serves one, by the rules of https://github.com/containerd/platforms:
 * names are normalised, and an architecture is served by those it can run (amd64 runs 386, arm64 runs arm).
 */
import { KindError } from '../lib/errors.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
}

/** What the machine is. */
export const machinePlatform: Platform = { os: 'linux', architecture: '386' };

const knownSystems = new Set(
  [
    'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos',
  ].flatMap((names) => names.split(' ')),
);
const knownArchitectures = new Set(
  [
    '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le',
    'ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm',
  ].flatMap((names) => names.split(' ')),
);

/** Reads `linux/386`, `linux`, `arm64` or `linux/arm/v7`; what is left out is the machine's. */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  const bad = parts.find((part) => !/^[A-Za-z0-9_.-]+$/.test(part));
  if (bad !== undefined || parts.length > 3) {
    throw new KindError(
      'invalidParameter',
      bad === undefined
        ? `${JSON.stringify(text)}: cannot parse platform specifier: invalid argument`
        : `${JSON.stringify(bad)} is an invalid component of ${JSON.stringify(text)}: platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument`,
    );
  }
  const [first = '', second, variant] = parts;
  if (second !== undefined) {
    return normalize({ os: first, architecture: second, ...(variant ? { variant } : {}) });
  }
  const system = normalize({ os: first, architecture: machinePlatform.architecture });
  if (knownSystems.has(system.os)) return system;
  const machine = normalize({ os: machinePlatform.os, architecture: first });
  if (knownArchitectures.has(machine.architecture)) return machine;
  throw new KindError(
    'invalidParameter',
    `${JSON.stringify(text)}: unknown operating system or architecture: invalid argument`,
  );
}

/** `linux/386`, `linux/arm/v7`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalize(platform);
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

export function samePlatform(a: Platform, b: Platform): boolean {
  return formatPlatform(a) === formatPlatform(b);
}

/**
 * The entries that serve `wanted`, best first; entries that name no platform come last, in their own order.
 * Empty when there is none.
 */
export function matchPlatform<T extends { readonly platform?: Platform }>(
  entries: readonly T[],
  wanted: Platform,
): T[] {
  const accepted = platformVector(wanted).map(formatPlatform);
  const rank = (entry: T) =>
    entry.platform === undefined
      ? accepted.length
      : accepted.indexOf(formatPlatform(entry.platform));
  return entries
    .map((entry) => ({ entry, rank: rank(entry) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry);
}

/** What Docker says when a list has no entry for the platform. */
export function noMatchError(wanted: Platform): KindError {
  return new KindError(
    'notFound',
    `no matching manifest for ${formatPlatform(wanted)} in the manifest list entries`,
  );
}

/** Everything that `platform` can run, best first. */
function platformVector(platform: Platform): Platform[] {
  const { os, architecture, variant } = normalize(platform);
  const level = Number(variant?.slice(1) ?? 0);
  if (architecture === 'amd64') {
    const lower = Array.from({ length: Math.max(0, level - 1) }, (_, i) => level - 1 - i);
    return [
      { os, architecture, ...(variant === undefined ? {} : { variant }) },
      ...lower.map((n) => (n > 1 ? { os, architecture, variant: `v${n}` } : { os, architecture })),
      { os, architecture: '386' },
    ];
  }
  if (architecture === 'arm' || architecture === 'arm64') {
    const armLevel = architecture === 'arm64' ? 8 : level || 7;
    const arm = Array.from({ length: Math.max(1, armLevel - 4) }, (_, i) => armLevel - i);
    const own = arm.map((n) => ({ os, architecture: 'arm', variant: `v${n}` }));
    return architecture === 'arm64' ? [{ os, architecture }, ...own] : own;
  }
  return [{ os, architecture, ...(variant === undefined ? {} : { variant }) }];
}

const architectureAliases: Readonly<Record<string, string>> = {
  i386: '386',
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
};

function normalize({ os, architecture, variant }: Platform): Platform {
  const system = os.toLowerCase() === 'macos' ? 'darwin' : os.toLowerCase();
  const given = architecture.toLowerCase();
  const machine = architectureAliases[given] ?? given;
  const chosen = normalizeVariant(given, machine, variant?.toLowerCase());
  return {
    os: system,
    architecture: machine,
    ...(chosen === undefined ? {} : { variant: chosen }),
  };
}

function normalizeVariant(given: string, machine: string, variant: string | undefined) {
  if (given === 'i386') return undefined;
  if (machine === 'amd64') return variant === 'v1' || variant === '' ? undefined : variant;
  if (machine === 'arm64')
    return variant === '8' || variant === 'v8' ? undefined : variant || undefined;
  if (given === 'armhf') return 'v7';
  if (given === 'armel') return 'v6';
  if (machine === 'arm') {
    if (variant === undefined || variant === '' || variant === '7') return 'v7';
    return /^[568]$/.test(variant) ? `v${variant}` : variant;
  }
  return variant || undefined;
}
