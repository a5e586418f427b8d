/** `os[/arch[/variant]]` as the command line takes it. */
import { goQuote } from '../lib/go-quote.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** Throws with the words of the platforms library. */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  parts.forEach((part, index) => {
    const { name, pattern } = index === 0 ? systemRule : partRule;
    if (new RegExp(pattern).test(part)) return;
    throw new Error(
      `${goQuote(part)} is an invalid ${name}component of ${goQuote(text)}: ${index === 0 ? 'OSAndVersion' : 'platform'} specifier component must match ${goQuote(pattern)}: invalid argument`,
    );
  });
  if (parts.length > 3) {
    throw new Error(`${goQuote(text)}: cannot parse platform specifier: invalid argument`);
  }
  return platformOf(parts, text);
}

const systemRule = {
  name: 'OS ',
  pattern: '^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$',
};

const partRule = { name: '', pattern: '^[A-Za-z0-9_.-]+$' };

function platformOf(parts: readonly string[], text: string): Platform {
  const [first = '', second, variant] = parts.map((part) => part.toLowerCase());
  if (second === undefined) {
    if (systems.includes(first)) return { os: first, architecture: 'amd64' };
    const architecture = normalize(first);
    if (architectures.includes(architecture)) return { os: 'linux', architecture };
    throw new Error(`${goQuote(text)}: unknown operating system or architecture: invalid argument`);
  }
  const architecture = normalize(second);
  return { os: first, architecture, ...(variant === undefined ? {} : { variant }) };
}

const systems =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  );

const architectures =
  '386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm'.split(
    ' ',
  );

const otherNames: Readonly<Record<string, string>> = {
  i386: '386',
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  armel: 'arm',
};

function normalize(architecture: string): string {
  return otherNames[architecture] ?? architecture;
}
