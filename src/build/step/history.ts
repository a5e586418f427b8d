/** What an image's history says of instructions that change the configuration, as BuildKit writes it. */
import type { ContainerConfig, HealthConfig } from '../../api/container.ts';
import { formatDuration } from '../../lib/duration.ts';
import { goQuote, goQuoteCharacter } from '../../lib/go-quote.ts';
import type { ConfigInstruction } from '../instruction.ts';
import { pairTexts } from './apply-config.ts';
import { exposedPorts } from './port-spec.ts';

/** `instruction` is expanded, `after` the configuration it left. Undefined for ONBUILD, which leaves no entry. */
export function configHistory(
  instruction: ConfigInstruction,
  after: ContainerConfig,
): string | undefined {
  switch (instruction.name) {
    case 'CMD':
      return `CMD ${quotedList(after.Cmd)}`;
    case 'ENTRYPOINT':
      return `ENTRYPOINT ${quotedList(after.Entrypoint)}`;
    case 'HEALTHCHECK':
      return `HEALTHCHECK ${quotedHealth(instruction.health)}`;
    case 'EXPOSE': {
      const ports = new Set(instruction.ports.flatMap(exposedPorts));
      return `EXPOSE map[${[...ports]
        .sort()
        .map((port) => `${port}:{}`)
        .join(' ')}]`;
    }
    case 'VOLUME':
      return `VOLUME [${instruction.paths.join(' ')}]`;
    case 'USER':
    case 'STOPSIGNAL':
      return `${instruction.name} ${instruction.text}`;
    case 'WORKDIR':
      return `WORKDIR ${after.WorkingDir ?? ''}`;
    case 'ENV':
    case 'LABEL':
      return [instruction.name, ...pairTexts(instruction)].join(' ');
    case 'ONBUILD':
      return undefined;
  }
}

/** As `%q` of a list. */
export function quotedList(words: readonly string[] | null | undefined): string {
  return `[${(words ?? []).map(goQuote).join(' ')}]`;
}

/** As `%q` of a pointer to it: numbers are characters there. */
function quotedHealth(health: HealthConfig): string {
  const times = [health.Interval, health.Timeout, health.StartPeriod, health.StartInterval];
  const durations = times.map((time) => goQuote(formatDuration((time ?? 0) / 1e6)));
  const retries = goQuoteCharacter(String.fromCodePoint(health.Retries ?? 0));
  return `&{${[quotedList(health.Test), ...durations, retries].join(' ')}}`;
}
