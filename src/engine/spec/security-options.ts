/** Reads `--security-opt`: no-new-privileges, seccomp and writable cgroups. */
import type { HostConfig } from '../../api/container.ts';
import { KindError } from '../../lib/errors.ts';
import { parseBool } from '../../lib/go-numbers.ts';

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** Empty for what the engine decides, `builtin`, `unconfined`, or the JSON text of a profile. */
  readonly seccomp: string;
  /** Absent: as for `--privileged`. */
  readonly writableCgroups?: boolean;
}

/**
 * SELinux labels and AppArmor profiles are taken and have no effect, as with dockerd on a machine without
 * these modules. Rejects in dockerd's words what is none of its options.
 */
export function parseSecurityOptions(hostConfig: HostConfig): SecurityOptions {
  let noNewPrivileges = false;
  let seccomp = '';
  let writableCgroups: boolean | undefined;
  for (const option of hostConfig.SecurityOpt ?? []) {
    const separator = option.includes('=') ? '=' : ':';
    const at = option.indexOf(separator);
    const name = at < 0 ? option : option.slice(0, at);
    const value = at < 0 ? undefined : option.slice(at + 1);
    if (value === undefined && name === 'no-new-privileges') noNewPrivileges = true;
    else if (value === undefined && name === 'writable-cgroups') writableCgroups = true;
    else if (value === undefined && name === 'disable') continue;
    else if (value === undefined) throw invalid(1, option);
    else if (name === 'no-new-privileges') noNewPrivileges = parseBoolean(value, option);
    else if (name === 'writable-cgroups') writableCgroups = parseBoolean(value, option);
    else if (name === 'seccomp') seccomp = value;
    else if (name !== 'label' && name !== 'apparmor') throw invalid(2, option);
  }
  return {
    noNewPrivileges,
    seccomp,
    ...(writableCgroups === undefined ? {} : { writableCgroups }),
  };
}

function parseBoolean(value: string, option: string): boolean {
  try {
    return parseBool(value);
  } catch {
    throw invalid(2, option);
  }
}

/** dockerd gives it no kind, hence status 500. */
function invalid(number: 1 | 2, option: string): KindError {
  const quoted = JSON.stringify(option);
  return new KindError('system', `invalid --security-opt ${number}: ${quoted}`);
}
