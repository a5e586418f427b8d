/** Checks a container's own configuration as dockerd does before it looks at anything else. */
import type { ContainerConfig, HealthConfig } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { parseSignal } from '../../lib/signals.ts';
import { cleanPath } from './mount-point.ts';

/** Nanoseconds; less is refused, zero means the default. */
const healthDurationMin = 1_000_000;

/** Gives the configuration with a clean working directory. */
export function checkContainerConfig(config: ContainerConfig): ContainerConfig {
  const directory = config.WorkingDir ?? '';
  if (directory !== '' && !directory.startsWith('/')) {
    const message = `the working directory '${directory}' is invalid, it needs to be an absolute path`;
    throw invalid(message);
  }
  if (config.StopSignal) parseSignal(config.StopSignal);
  for (const variable of config.Env ?? [])
    if (variable === '' || variable.startsWith('='))
      throw invalid(`invalid environment variable: ${variable}`);
  if (config.Healthcheck) checkHealth(config.Healthcheck);
  return directory === '' ? config : { ...config, WorkingDir: cleanPath(directory) };
}

function checkHealth(health: HealthConfig): void {
  const duration = (name: 'Interval' | 'Timeout' | 'StartPeriod' | 'StartInterval'): void => {
    const value = health[name] ?? 0;
    if (value !== 0 && value < healthDurationMin)
      throw invalid(`${name} in Healthcheck cannot be less than 1ms`);
  };
  duration('Interval');
  duration('Timeout');
  if ((health.Retries ?? 0) < 0) throw invalid('Retries in Healthcheck cannot be negative');
  duration('StartPeriod');
  duration('StartInterval');
}

function invalid(message: string): KindError {
  return new KindError('invalidParameter', message);
}
