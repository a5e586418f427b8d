/** The environment of a container's process: Docker's own variables, then the configured ones. */

export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** `NAME=value` replaces, a bare `NAME` removes, in place; what is new is appended. */
export function replaceOrAppendEnv(
  defaults: readonly string[],
  overrides: readonly string[],
): string[] {
  const result: string[] = [...defaults];
  for (const variable of overrides) {
    const name = nameOf(variable);
    const index = result.findIndex((existing) => nameOf(existing) === name);
    if (!variable.includes('=')) {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) result[index] = variable;
    else result.push(variable);
  }
  return result;
}

/** The image's variables that the user did not set come after the user's. */
export function mergeImageEnv(user: readonly string[], image: readonly string[]): string[] {
  const names = new Set(user.map(nameOf));
  return [...user, ...image.filter((variable) => !names.has(nameOf(variable)))];
}

/** HOME is only set, from the user's entry, when nobody else did. */
export function processEnv(options: {
  readonly configured: readonly string[];
  readonly hostname: string;
  readonly tty: boolean;
  readonly home: string;
}): string[] {
  const own = [`PATH=${defaultPath}`, `HOSTNAME=${options.hostname}`];
  if (options.tty) own.push('TERM=xterm');
  const env = replaceOrAppendEnv(own, options.configured);
  return env.some((variable) => nameOf(variable) === 'HOME')
    ? env
    : [...env, `HOME=${options.home}`];
}

function nameOf(variable: string): string {
  const equals = variable.indexOf('=');
  return equals < 0 ? variable : variable.slice(0, equals);
}
