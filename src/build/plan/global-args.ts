/** ARG before the first FROM, and the arguments that are always there. */
import { formatPlatform, parsePlatform } from '../../image/platform.ts';
import { expandWord } from '../expand/expand-word.ts';
import type { Dockerfile } from '../instruction.ts';
import { withSource } from '../source.ts';
import type { PlanOptions } from './build-plan.ts';

/** What FROM may use, and what an ARG without a value inherits. Rejects with a `SourceError`. */
export function globalArgs(
  dockerfile: Dockerfile,
  options: Pick<PlanOptions, 'buildArgs' | 'buildPlatform' | 'targetPlatform' | 'target'>,
): Map<string, string> {
  const args = predefinedArgs(options, options.target ?? dockerfile.stages.at(-1)?.stageName ?? '');
  for (const { args: declared, range } of dockerfile.globalArgs) {
    for (const { key, value } of declared) {
      const given = options.buildArgs.get(key);
      if (given !== undefined) args.set(key, given);
      else if (value !== undefined) {
        try {
          args.set(key, expandWord(value, { env: args, escape: dockerfile.escape }));
        } catch (error) {
          throw withSource(error, { ranges: [range], source: dockerfile.source });
        }
      }
    }
  }
  return args;
}

/** `TARGETPLATFORM` and its kin. `--build-arg` may say otherwise. */
function predefinedArgs(
  options: Pick<PlanOptions, 'buildArgs' | 'buildPlatform' | 'targetPlatform'>,
  target: string,
): Map<string, string> {
  const build = parsePlatform(options.buildPlatform);
  const wanted = parsePlatform(options.targetPlatform);
  const values = {
    BUILDPLATFORM: formatPlatform(build),
    BUILDOS: build.os,
    BUILDOSVERSION: '',
    BUILDARCH: build.architecture,
    BUILDVARIANT: build.variant ?? '',
    TARGETPLATFORM: formatPlatform(wanted),
    TARGETOS: wanted.os,
    TARGETOSVERSION: '',
    TARGETARCH: wanted.architecture,
    TARGETVARIANT: wanted.variant ?? '',
    TARGETSTAGE: target === '' ? 'default' : target,
  };
  return new Map(
    Object.entries(values).map(([name, value]) => [name, options.buildArgs.get(name) ?? value]),
  );
}
